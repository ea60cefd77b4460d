// Whose key is this? A key goes into the search box, and never into an address.

import assert from "node:assert/strict";
import { newApplication, newKey, shortly } from "./support/applications.mjs";
import { PHONE, becomes, button, holdBack, journeys, message, names } from "./support/journeys.mjs";
import { examine, sideways } from "./support/look.mjs";
import { member, somebody } from "./support/portal.mjs";

const journey = journeys({ mail: true, people: "people.csv", furnish });

async function furnish(desk) {
  desk.ada = await member(desk, somebody("Ada Byron"));
  desk.station = await newApplication(desk, desk.ada, "Weather station");
  desk.secret = await newKey(desk, desk.ada, desk.station);
  desk.other = await newKey(desk, desk.ada, desk.station, "Laptop");
  desk.revoked = await newKey(desk, desk.ada, desk.station, "Lost");
  const page = await (await desk.get(desk.station.path, desk.ada.session)).text();
  const lost = page.split("<li>").find((item) => item.includes(">Lost<"));
  const answer = await desk.post(/\/account\/keys\/[^/]+\/revoke/.exec(lost)[0], {}, desk.ada.session);
  assert.equal(answer.status, 303);
}

const box = (page) => page.getByRole("searchbox");
const found = (page) => page.locator("#rows tr[id^=key-]");
const text = async (place) => (await place.textContent()).replace(/\s+/g, " ").trim();

/** Every address that the browser asks for or stands at, and what its history holds. */
function addresses(page) {
  const all = [];
  page.on("request", (request) => all.push(request.url(), request.headers().referer ?? "", request.headers()["hx-current-url"] ?? ""));
  page.on("framenavigated", (frame) => all.push(frame.url()));
  return async () => [...all, page.url(), ...(await page.evaluate(() => [location.href, document.referrer, JSON.stringify(history.state), document.title]))];
}

/** As long as a key, but none: its last six characters do not fit. */
const UNKNOWN = `glk_${"0".repeat(38)}`;

for (const list of ["/admin/developers?status=all&sort=name", "/admin/applications?status=approved"]) {
  journey(`a pasted key finds its owner, and stands in no address, on ${list}`, async ({ page, desk, context }) => {
    await page.goto(list);
    const own = page.url();
    const [shown, length] = [await names(page), await page.evaluate(() => history.length)];
    const seen = addresses(page);
    const posted = page.waitForRequest((request) => request.method() === "POST");
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.evaluate((secret) => navigator.clipboard.writeText(` ${secret}\n`), desk.secret);
    await box(page).focus();
    await page.keyboard.press("ControlOrMeta+V");
    assert.equal(new URL((await posted).url()).pathname, "/admin/keys/search");
    await becomes(() => found(page).count(), 1);
    assert.match(await text(found(page)), new RegExp(`^Ada Byron ${desk.ada.email} “Production” ${shortly(desk.secret)} of Weather station (Never used|.*ago|just now) Works$`));
    assert.equal(await page.locator("#found").textContent(), "Whose key this is");
    assert.equal(page.url(), own);
    assert.equal(await page.evaluate(() => history.length), length);
    assert.ok(await box(page).evaluate((field) => field === document.activeElement));
    await examine(page, list.includes("developers") ? "key-found" : "key-found-applications");
    // What was typed afterwards brings the list back.
    await box(page).fill("");
    await becomes(() => names(page).then(String), String(shown));
    assert.equal(await found(page).count(), 0);
    for (const address of await seen()) assert.doesNotMatch(decodeURIComponent(address), /glk_/);
    await box(page).fill(desk.secret);
    await becomes(() => found(page).count(), 1);
    await box(page).fill("weather");
    await becomes(() => new URL(page.url()).searchParams.get("q"), "weather");
    await becomes(() => found(page).count(), 0);
    for (const address of await seen()) assert.doesNotMatch(decodeURIComponent(address), /glk_/);
  });
}

journey("the links beside a found key lead to its owner and its application, and Back to the list", async ({ page, desk }) => {
  await page.goto("/admin/developers?status=all");
  const seen = addresses(page);
  await box(page).fill(desk.secret);
  await becomes(() => found(page).count(), 1);
  await found(page).getByRole("link", { name: "Weather station" }).click();
  await page.getByRole("heading", { name: "Weather station" }).waitFor();
  await page.goBack();
  await page.getByRole("heading", { name: "Developers" }).waitFor();
  assert.ok((await names(page)).length > 1);
  await page.goForward();
  await page.getByRole("heading", { name: "Weather station" }).waitFor();
  await page.goBack();
  await page.getByRole("heading", { name: "Developers" }).waitFor();
  await box(page).fill(desk.secret);
  await becomes(() => found(page).count(), 1);
  await found(page).getByRole("link", { name: "Ada Byron" }).click();
  await page.getByRole("heading", { name: "Ada Byron" }).waitFor();
  for (const address of await seen()) assert.doesNotMatch(decodeURIComponent(address), /glk_/);
});

journey("the first eight characters are enough, and fewer find more", async ({ page, desk }) => {
  await page.goto("/admin/developers");
  const seen = addresses(page);
  await box(page).fill(desk.other.slice(0, 8));
  await becomes(() => found(page).count(), 1);
  assert.match(await text(found(page)), /“Laptop”/);
  await page.getByText(`1 key beginning with ${desk.other.slice(0, 8)}`).first().waitFor();
  // Whoever pasted more is told what was compared.
  assert.equal(await page.getByText("Only the first 8 characters").count(), 0);
  await box(page).fill(desk.other.slice(0, -1));
  await page.getByText("Only the first 8 characters were compared: a whole key has 42, and a letter of this one is wrong or missing.").waitFor();
  assert.match(await text(found(page)), /“Laptop”/);
  await examine(page, "key-found-cut");
  // As it is written on pages.
  await box(page).fill(shortly(desk.secret));
  await becomes(() => found(page).count().then(async (n) => n === 1 && /“Production”/.test(await text(found(page)))), true);
  await box(page).fill("glk_");
  await becomes(() => found(page).count(), 3);
  await examine(page, "keys-found");
  for (const address of await seen()) assert.doesNotMatch(decodeURIComponent(address), /glk_/);
});

journey("what a key is now is said: revoked, or its owner or application not approved", async ({ page, desk }) => {
  await page.goto("/admin/developers");
  await box(page).fill(desk.revoked);
  await becomes(() => found(page).count(), 1);
  assert.equal(await found(page).locator(".chip").textContent(), "Revoked");
  const bela = await member(desk, somebody("Bela Brandt"));
  const secret = await newKey(desk, bela, await newApplication(desk, bela, "Kiosk"));
  await desk.act(bela.email, "revoke");
  await box(page).fill(secret);
  await becomes(() => found(page).getByText("“Kiosk”").or(found(page).getByText("Kiosk")).count(), 1);
  assert.equal(await found(page).locator(".chip").textContent(), "Owner not approved");
  await examine(page, "key-found-owner-out");
  await desk.remove(bela.email);
});

journey("a key that nobody has is said to be nobody's", async ({ page, desk }) => {
  const gone = await newApplication(desk, desk.ada, "Gone");
  const deleted = await newKey(desk, desk.ada, gone);
  await desk.post(`${gone.path}/delete`, {}, desk.ada.session);
  await page.goto("/admin/developers");
  const own = page.url();
  for (const [nobodys, words] of [[deleted, /^Nobody has this key$/], [UNKNOWN, /glk_0000|not a key|no key/i], ["glk_zzzzzzzzz", /^No key begins with glk_zzzz$/]]) {
    await box(page).fill(nobodys);
    await page.getByRole("heading", { name: words }).waitFor();
    assert.equal(page.url(), own);
    assert.doesNotMatch(await page.locator("#list").textContent(), new RegExp(nobodys));
    await box(page).fill("");
    await becomes(async () => (await names(page)).length, 25);
  }
  await box(page).fill(UNKNOWN);
  await page.locator("#list .empty").waitFor();
  await examine(page, "key-unknown");
});

journey("Enter searches at once as well, and nothing goes by GET", async ({ page, desk }) => {
  await page.goto("/admin/developers");
  const seen = addresses(page);
  await box(page).fill(desk.secret);
  await page.keyboard.press("Enter");
  await becomes(() => found(page).count(), 1);
  for (const address of await seen()) assert.doesNotMatch(decodeURIComponent(address), /glk_/);
  assert.equal(new URL(page.url()).pathname, "/admin/developers");
});

journey("a search that is overtaken by a key shows the key's owner", async ({ page, desk }) => {
  await page.goto("/admin/developers?status=all");
  const slow = await holdBack(page, (request) => request.method() === "GET" && request.url().includes("q=noor"));
  await box(page).fill("noor");
  await becomes(() => slow.seen.length, 1);
  await box(page).fill(desk.secret);
  await becomes(() => found(page).count(), 1);
  slow.release();
  await page.evaluate(() => fetch(location.href).then((answer) => answer.text()));
  assert.equal(await found(page).count(), 1);
});

journey("when the server does not answer, the key is not shown in the message and Retry finds it", { offline: true }, async ({ page, desk, context }) => {
  await page.goto("/admin/developers?status=all");
  const seen = addresses(page);
  await context.setOffline(true);
  await box(page).fill(desk.secret);
  await message(page).getByText("did not answer").waitFor();
  assert.doesNotMatch(await message(page).textContent(), /glk_/);
  await context.setOffline(false);
  await button(page, "Retry").click();
  await becomes(() => found(page).count(), 1);
  for (const address of await seen()) assert.doesNotMatch(decodeURIComponent(address), /glk_/);
});

for (const viewport of [undefined, PHONE]) {
  const how = viewport ? " on a phone" : "";
  for (const [list, heading] of [["/admin/developers?status=approved&sort=name", "Developers"], ["/admin/applications?status=all", "Applications"]]) {
    journey(`without JavaScript${how} the box posts a key, and sends on what is none, on ${list}`, { browser: { script: false, ...(viewport && { viewport }) } }, async ({ page, desk }) => {
      await page.goto(list);
      const seen = addresses(page);
      await box(page).fill(desk.secret);
      await button(page, "Apply").click();
      await page.getByRole("heading", { name: "Whose key this is" }).waitFor();
      assert.deepEqual(await sideways(page), []);
      assert.match(await text(found(page)), new RegExp(`Ada Byron.*${shortly(desk.secret).replace("…", ".")}.*Works`));
      assert.equal((await page.content()).includes(desk.secret), false);
      await page.getByRole("link", { name: /^Back to/ }).click();
      await page.getByRole("heading", { name: "Developers" }).waitFor();

      await page.goto(list);
      await box(page).fill(UNKNOWN);
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: /Nobody has this key|No key begins with/ }).first().waitFor();

      await page.goto(list);
      await box(page).fill("weather & wind");
      await button(page, "Apply").click();
      await page.getByRole("heading", { name: heading, exact: true }).waitFor();
      const wanted = new URL(list, desk.url);
      const got = new URL(page.url());
      assert.equal(got.pathname, wanted.pathname);
      assert.equal(got.searchParams.get("q"), "weather & wind");
      for (const [name, value] of wanted.searchParams) assert.equal(got.searchParams.get(name), value);
      await page.goBack();
      await page.goForward();
      await page.getByRole("heading", { name: heading, exact: true }).waitFor();
      for (const address of await seen()) assert.doesNotMatch(decodeURIComponent(address), /glk_/);
    });
  }
}

journey("the page of a key that was found without JavaScript is seen and heard", async ({ page, desk }) => {
  await page.goto("/admin/developers");
  // As without the script: the form itself posts.
  await box(page).fill(desk.secret);
  await page.locator(".search").evaluate((form) => {
    form.method = "post";
    form.action = "/admin/keys/search";
    form.submit();
  });
  await page.getByRole("heading", { name: "Whose key this is" }).waitFor();
  await examine(page, "key-found-page");
});

journey("an address with a key in it, which somebody made by hand, is not handed on by the page", async ({ page, desk }) => {
  const lines = [];
  for (const list of ["/admin/developers?status=all&", "/admin/applications?", "/admin/invitations?", "/admin/activity?", "/admin/mail?"]) {
    const answer = await (await desk.get(`${list}q=${desk.secret}`)).text();
    lines.push(...answer.split("\n").filter((line) => line.includes(desk.secret)).map((line) => `${list}: ${line}`));
  }
  assert.deepEqual(lines, []);
  await page.goto("/admin/activity");
  assert.equal((await page.content()).includes(desk.secret), false);
});

journey.closeWithValidPages();
