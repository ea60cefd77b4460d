// Finding people: tabs, search, sort, pages, and what the address says of them.

import assert from "node:assert/strict";
import { MARTA } from "./support/desk.mjs";
import { PHONE, becomes, button, count, focused, holdBack, journeys, message, names, row } from "./support/journeys.mjs";

const journey = journeys({ demo: true, people: "people.csv" });
const tabs = ["Requested", "Approved", "Rejected", "Revoked", "All"];
const searches = (request) => request.headers()["hx-request"] === "true" && request.method() === "GET";
const next = (page) => page.getByRole("link", { name: "Next", exact: true });

async function search(page, text) {
  await page.getByRole("searchbox").fill(text);
  await becomes(() => new URL(page.url()).searchParams.get("q") ?? "", text);
}

journey("tabs are links that say how many there are, and the title says it too", async ({ page }) => {
  await page.goto("/admin");
  const nav = page.getByRole("navigation", { name: "Status" });
  const counts = [];
  for (const tab of tabs) {
    await nav.getByRole("link", { name: new RegExp(`^${tab}`) }).click();
    const current = nav.locator("[aria-current=page]");
    await current.getByText(tab).waitFor();
    assert.equal(await current.count(), 1);
    const number = await current.locator(".count").textContent();
    assert.equal(await page.title(), `${tab} (${number}) · Developers · Guestlist`);
    assert.equal(await page.locator("#total").textContent(), `${number} developers`);
    counts.push(Number(number));
  }
  const all = counts.pop();
  assert.equal(counts.reduce((sum, n) => sum + n), all);
});

journey("the desk opens on who waits, the oldest first, and says for how long", async ({ page }) => {
  await page.goto("/admin/developers");
  assert.equal((await names(page))[0], "Ada Almeida");
  await page.getByText(/^78 are waiting for a decision, the oldest for \d+ (months|years?)\.$/).waitFor();
  await page.getByText("Oldest request first.").waitFor();
  await page.goto("/admin/developers?status=all");
  await page.locator(".lead").getByText("Newest request first.").waitFor();
  await page.goto("/admin/developers?status=approved");
  await page.locator(".lead").getByText("Newest decision first.").waitFor();
});

journey("a row tells the exact time, and states in words", async ({ page }) => {
  await page.goto("/admin/developers");
  const ada = row(page, "Ada Almeida");
  const time = ada.locator(".when time");
  assert.equal(await time.getAttribute("datetime"), "2026-01-01T08:15:00Z");
  assert.equal(await time.getAttribute("title"), "1 Jan 2026, 08:15 UTC");
  assert.match(await time.textContent(), /ago$/);
  assert.equal(await ada.locator(".chip").textContent(), "Not verified");
  assert.equal(await ada.locator(".mail").textContent(), "ada.almeida@one.example");
  assert.match(await ada.locator(".about").textContent(), /Northwind Logistics · Track parcels/);
});

journey("a search waits for the typing to end, keeps the focus and says what it found", async ({ page }) => {
  await page.clock.install();
  await page.goto("/admin/developers?status=all");
  const asked = [];
  page.on("request", (request) => searches(request) && asked.push(new URL(request.url()).search));
  const box = page.getByRole("searchbox");
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 1_000));
  for (const letter of "noor h") {
    await box.press(letter === " " ? "Space" : letter);
    await page.clock.runFor(250);
  }
  assert.deepEqual(asked, []);
  await page.clock.runFor(49);
  assert.deepEqual(asked, []);
  await page.clock.runFor(5);
  await page.clock.resume();
  await becomes(() => asked.length, 1);
  await row(page, "Noor Haddad").first().waitFor();
  await becomes(() => page.locator("#found").textContent(), /match/);
  assert.deepEqual(asked, ["?q=noor+h&status=all"]);
  assert.equal(await box.inputValue(), "noor h");
  assert.ok(await box.evaluate((field) => field === document.activeElement));
  assert.equal(new URL(page.url()).searchParams.get("q"), "noor h");
  assert.match(await page.title(), /^All \(/);
});

journey("Enter searches at once", async ({ page }) => {
  await page.clock.install();
  await page.goto("/admin/developers?status=approved");
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 1_000));
  await page.getByRole("searchbox").pressSequentially("astrid berg");
  await page.keyboard.press("Enter");
  await page.waitForURL("**q=astrid+berg*");
  await page.clock.resume();
  await becomes(async () => new Set(await names(page)).size, 1);
  assert.equal((await names(page))[0], "Astrid Berg");
});

journey("the answer to an older search never shows", async ({ page }) => {
  await page.goto("/admin/developers?status=all");
  await page.evaluate(() => {
    window.seen = [];
    new MutationObserver(() => window.seen.push(document.querySelector("#list").textContent)).observe(document.querySelector("main"), { childList: true, subtree: true });
  });
  const slow = await holdBack(page, (request) => searches(request) && new URL(request.url()).searchParams.get("q") === "ada.almeida");
  await page.getByRole("searchbox").fill("ada.almeida");
  await becomes(() => slow.seen.length, 1);
  const aborted = page.waitForEvent("requestfailed");
  await search(page, "bela.brandt");
  await row(page, "Bela Brandt").waitFor();
  await aborted;
  slow.release();
  // A round trip through the page: whatever the late answer could have done is done.
  await page.evaluate(() => fetch(location.href).then((answer) => answer.text()));
  assert.deepEqual(await names(page), ["Bela Brandt"]);
  assert.deepEqual((await page.evaluate(() => window.seen)).filter((text) => text.includes("Ada Almeida") && text.includes("match")), []);
  assert.equal(new URL(page.url()).searchParams.get("q"), "bela.brandt");
});

journey("while a search is under way the list looks busy", async ({ page }) => {
  await page.goto("/admin/developers?status=all");
  const held = await holdBack(page, searches);
  await page.getByRole("searchbox").fill("ada");
  await page.locator("#list.htmx-request[aria-busy=true]").waitFor();
  held.release();
  await page.locator("#list:not([aria-busy])").waitFor();
});

journey("no match says where there are some, and how to go on", async ({ page }) => {
  await page.goto("/admin/developers?status=requested");
  await search(page, "noor.haddad@two");
  await page.getByRole("heading", { name: "No matches for “noor.haddad@two” in Requested" }).waitFor();
  assert.equal(await page.locator("#found").textContent(), "No matches for “noor.haddad@two” in Requested");
  await page.getByRole("link", { name: "Search all statuses (1)" }).click();
  await page.waitForURL("**status=all&q=noor.haddad%40two");
  assert.deepEqual(await names(page), ["Noor Haddad"]);
  assert.equal(await page.getByRole("searchbox").inputValue(), "noor.haddad@two");
  await search(page, "nobody at all");
  await page.getByRole("heading", { name: "No matches" }).waitFor();
  assert.equal(await page.getByRole("link", { name: /Search all/ }).count(), 0);
  await page.getByRole("link", { name: "Clear the search" }).click();
  await page.waitForURL("**/admin/developers?status=all");
  assert.equal((await names(page)).length, 25);
});

journey("an emptied box shows the whole tab again", async ({ page }) => {
  await page.goto("/admin/developers?status=all&q=noor.haddad@two");
  assert.equal((await names(page)).length, 1);
  await search(page, "");
  await becomes(async () => (await names(page)).length, 25);
});

journey("names, addresses and companies are searched, in any script and case", async ({ page }) => {
  for (const [text, found] of [["LUCÍA", "Lucía"], ["müller", "Müller"], ["kovalenko", "Kovalenko"]]) {
    await page.goto(`/admin/developers?status=all&q=${encodeURIComponent(text)}`);
    const all = await names(page);
    assert.ok(all.length > 0 && all.every((name) => name.includes(found)), `${text}: ${all}`);
  }
  await page.goto("/admin/developers?status=all&q=harbor+lab");
  assert.ok((await page.locator("#rows .about").count()) > 0);
});

journey("headers sort, and the order survives pages, searches and decisions", async ({ page }) => {
  await page.goto("/admin/developers");
  const header = (name) => page.getByRole("columnheader", { name });
  assert.equal(await header("Requested").getAttribute("aria-sort"), "ascending");
  await header("Name").getByRole("link").click();
  await page.waitForURL("**sort=name*");
  assert.equal(await header("Name").getAttribute("aria-sort"), "ascending");
  assert.equal(await page.locator("th[aria-sort]").count(), 1);
  await header("Name").getByRole("link").click();
  await page.waitForURL("**sort=-name*");
  assert.equal(await header("Name").getAttribute("aria-sort"), "descending");
  const first = await names(page);
  await next(page).click();
  await page.waitForURL("**after=*");
  const second = await names(page);
  assert.ok(first.at(-1) >= second[0], `${first.at(-1)} before ${second[0]}`);
  assert.equal(await header("Name").getAttribute("aria-sort"), "descending");
  await button(row(page, second[3]).first(), `Approve ${second[3]}`).click();
  await message(page).getByText("Approved").waitFor();
  assert.deepEqual(await names(page), second.toSpliced(3, 1));
  await search(page, "one.example");
  await row(page, "Zeno Zielinski").waitFor();
  assert.equal(await header("Name").getAttribute("aria-sort"), "descending");
  assert.equal(new URL(page.url()).searchParams.get("sort"), "-name");
  assert.equal(new URL(page.url()).searchParams.get("after"), null);
});

journey("on a phone the order is a field, and a search keeps it", { browser: { viewport: PHONE } }, async ({ page }) => {
  await page.goto("/admin/developers");
  await page.getByLabel("Order").selectOption("Name A to Z");
  await page.waitForURL("**sort=name*");
  await becomes(async () => (await names(page))[0] === "Ada Almeida" || (await names(page))[0] < "B", true);
  const shown = await names(page);
  assert.deepEqual(shown, [...shown].sort((a, b) => (a < b ? -1 : 1)));
  await search(page, "one.example");
  assert.equal(new URL(page.url()).searchParams.get("sort"), "name");
});

journey("pages follow each other without a gap or a repeat, forth and back", async ({ page }) => {
  await page.goto("/admin/developers?status=rejected");
  const emails = () => page.locator("#rows .mail").allTextContents();
  const total = await count(page, "rejected");
  const seen = [await emails()];
  assert.equal(await page.getByRole("link", { name: "Previous" }).count(), 0);
  while (await next(page).count()) {
    const address = page.url();
    await next(page).click();
    await page.waitForURL((url) => url.href !== address);
    seen.push(await emails());
  }
  assert.equal(new Set(seen.flat()).size, total);
  assert.equal(seen.flat().length, total);
  for (const wanted of seen.slice(0, -1).reverse()) {
    const address = page.url();
    await page.getByRole("link", { name: "Previous", exact: true }).click();
    await page.waitForURL((url) => url.href !== address);
    assert.deepEqual(await emails(), wanted);
  }
});

journey("rows per page are a choice that the links keep", async ({ page }) => {
  await page.goto("/admin/developers?status=approved");
  const sizes = page.getByRole("navigation", { name: "Rows per page" });
  assert.equal(await sizes.locator("[aria-current]").textContent(), "25");
  await sizes.getByRole("link", { name: "50" }).click();
  await page.waitForURL("**per_page=50*");
  assert.equal((await names(page)).length, 50);
  await next(page).click();
  await page.waitForURL("**per_page=50&after=*");
  await page.getByRole("link", { name: /^Rejected/ }).click();
  await page.waitForURL("**status=rejected&per_page=50*");
  await search(page, "a");
  assert.equal(new URL(page.url()).searchParams.get("per_page"), "50");
});

journey("nonsense in the address shows what is usual", async ({ page }) => {
  await page.goto("/admin/developers?status=x&sort=--&per_page=7&after=zz&before=%00&q=%00");
  assert.equal((await names(page))[0], "Ada Almeida");
  assert.equal((await names(page)).length, 25);
});

journey("an address shows the same list to somebody else", async ({ page, desk, open }) => {
  await page.goto("/admin/developers?status=all&q=one.example&sort=-email&per_page=25");
  await next(page).click();
  await page.waitForURL("**after=*");
  const theirs = await open({ as: await desk.marta() });
  await theirs.goto(page.url());
  await theirs.getByRole("button", { name: MARTA.name }).waitFor();
  assert.deepEqual(await names(theirs), await names(page));
});

journey("Back, forward, reload and a copied address never show a fragment", async ({ page, open }) => {
  const whole = async (window) => {
    await window.getByRole("navigation", { name: "Main" }).waitFor();
    assert.equal(await window.evaluate(() => document.compatMode), "CSS1Compat");
    assert.equal(await window.locator("h1").count(), 1);
  };
  await page.goto("/admin/developers?status=all");
  await search(page, "bela.brandt");
  await row(page, "Bela Brandt").waitFor();
  await row(page, "Bela Brandt").locator(".name a").click();
  await page.getByRole("heading", { name: "Bela Brandt" }).waitFor();
  await page.goBack();
  await becomes(() => names(page).then(String), "Bela Brandt");
  await whole(page);
  assert.equal(await page.getByRole("searchbox").inputValue(), "bela.brandt");
  await page.goForward();
  await page.getByRole("heading", { name: "Bela Brandt" }).waitFor();
  await whole(page);
  await page.goBack();
  await page.reload();
  await whole(page);
  assert.deepEqual(await names(page), ["Bela Brandt"]);
  const copy = await open();
  await copy.goto(page.url());
  await whole(copy);
  assert.deepEqual(await names(copy), ["Bela Brandt"]);
});

journey("Back after a decision shows the list as it is now", async ({ page }) => {
  await page.goto("/admin/developers?sort=-name&q=one.example");
  const name = (await names(page))[0];
  await button(row(page, name), `Approve ${name}`).click();
  await row(page, name).waitFor({ state: "detached" });
  await page.goto("/admin/activity");
  await page.goBack();
  await page.getByRole("heading", { name: "Developers" }).waitFor();
  assert.equal(await row(page, name).count(), 0);
});

journey("the last row of a page hands the focus to the heading, and an emptied page shows the one before", async ({ page }) => {
  await page.goto("/admin/developers?sort=email");
  while (await next(page).count()) {
    const address = page.url();
    await next(page).click();
    await page.waitForURL((url) => url.href !== address);
  }
  const emails = await page.locator("#rows .mail").allTextContents();
  const at = (email) => page.locator("#rows tr").filter({ hasText: email });
  const approve = async (email) => {
    await at(email).getByRole("button", { name: /^Approve/ }).click();
    await at(email).waitFor({ state: "detached" });
  };
  await approve(emails.pop());
  assert.equal(await focused(page), "Developers");
  for (const email of emails) await approve(email);
  await becomes(async () => (await names(page)).length, 25);
  await becomes(() => focused(page), "Developers");
  assert.equal(await page.locator("#total").textContent(), `${await count(page, "requested")} developers`);
});

journey.closeWithValidPages();
