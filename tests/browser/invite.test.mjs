// The box in which developers are invited, in its dialog and on its page, up to the admin's own mail program.

import assert from "node:assert/strict";
import { KIM } from "./support/desk.mjs";
import { DESKTOP, PHONE, becomes, button, focused, holdBack, journeys } from "./support/journeys.mjs";
import { areHandedOn, check, dialog, field, hrefs, isWhole, mailLinks, noteWhatOpens, openDialog } from "./support/invite.mjs";
import { examine, picture, sideways } from "./support/look.mjs";

const journey = journeys({ people: "people.csv" });
const ways = [true, false].flatMap((script) => [DESKTOP, PHONE].map((viewport) => ({ script, viewport })));
const clipboard = { permissions: ["clipboard-read", "clipboard-write"] };
const checks = (request) => request.url().endsWith("/admin/invitations/check");
const openInMail = (place) => button(place, "Open in my email app");
const hasFocus = (place) => place.evaluate((element) => element === document.activeElement);
const MIXED = "Ada Byron <ada@engine.example>, grace@navy.example;\nlinus@kernel.example margaret@apollo.example, ADA@engine.example,\nnot-an-address, \"Haddad, Noor\" <noor.haddad@two.example>";

for (const { script, viewport } of ways) {
  const how = `${script ? "with" : "without"} JavaScript at ${viewport.width}`;
  const browser = { script, viewport, ...clipboard };
  const seen = async (page, name) => {
    if (!script || viewport !== DESKTOP) return;
    await examine(page, name);
    if (await dialog(page).count()) await isWhole(page);
  };

  for (const address of viewport === DESKTOP ? ["/admin/developers?status=all", "/admin/invitations"] : ["/admin/developers"]) {
    journey(`the dialog of ${address} opens, closes by Escape and Cancel, and keeps what was typed, ${how}`, { browser }, async ({ page }) => {
      await page.goto(address);
      const opener = button(page, "Invite developers");
      assert.equal(await dialog(page).count(), 0);
      await opener.focus();
      await page.keyboard.press("Enter");
      await dialog(page).waitFor();
      assert.ok(await dialog(page).evaluate((element) => element.matches(":modal")));
      await becomes(() => hasFocus(field(dialog(page))), true);
      await page.keyboard.type("ada@engine.example, ");
      assert.deepEqual(await sideways(page), []);
      await page.keyboard.press("Escape");
      await dialog(page).waitFor({ state: "detached" });
      assert.equal(await hasFocus(opener), true);
      await opener.click();
      assert.equal(await field(dialog(page)).inputValue(), "ada@engine.example, ");
      await button(dialog(page), "Cancel").click();
      await dialog(page).waitFor({ state: "detached" });
      assert.equal(await hasFocus(opener), true);
      await opener.click();
      assert.equal(await field(dialog(page)).inputValue(), "ada@engine.example, ");
    });
  }

  journey(`from a mixed list to one's own mail program, ${how}`, { browser }, async ({ page, desk }) => {
    await page.goto("/admin/developers");
    const box = await openDialog(page);
    await seen(page, "invite");
    await field(box).fill(MIXED);
    if (script) await becomes(() => check(box).textContent(), /4 ready/);
    await seen(page, "invite-checked");
    const opened = script && (await noteWhatOpens(page));
    await openInMail(box).click();
    const answer = script ? box : page;
    const [link] = await hrefs(answer);
    assert.equal(await mailLinks(answer).count(), 1);
    await areHandedOn(answer);
    assert.match(link, /^mailto:\?bcc=ada@engine\.example,grace@navy\.example,linus@kernel\.example,margaret@apollo\.example&subject=You%20are%20invited%20to%20Guestlist&body=Hello/);
    assert.ok(link.includes(encodeURIComponent(`${desk.url}/register`)));
    assert.equal((await mailLinks(answer).textContent()).trim(), "Open in my email app");
    await answer.getByText(/Guestlist does not know whether/i).waitFor();
    // What is bad stands in the box, with its reason; who is known is named.
    assert.equal((await field(answer).inputValue()).trim(), "not-an-address");
    await answer.getByText(/needs an @/).waitFor();
    await answer.getByText(/noor\.haddad@two\.example.*approved/i).first().waitFor();
    assert.deepEqual(await sideways(page), []);
    await seen(page, "invite-prepared-some");
    if (!script) {
      assert.equal(await button(answer, "Copy addresses").count(), 0);
      await answer.getByText("Addresses and message").click();
      await answer.getByText("ada@engine.example, grace@navy.example").waitFor();
      return;
    }
    assert.match(await focused(page), /^Prepared for 4 people\./);
    assert.deepEqual(await opened(), [link]);
    await button(answer, "Copy addresses").click();
    await answer.getByText("Copied").waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "ada@engine.example, grace@navy.example, linus@kernel.example, margaret@apollo.example");
    await button(answer, "Copy message").click();
    await becomes(() => page.evaluate(() => navigator.clipboard.readText()), /^You are invited to Guestlist\n\nHello,\n\nKim Lee invites you to Guestlist/);
    const { body } = Object.fromEntries(new URLSearchParams(link.split("?")[1]));
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `You are invited to Guestlist\n\n${body.replaceAll("\r\n", "\n")}`);

    // What was bad is mended, and goes on.
    await field(box).fill("mended@engine.example");
    await becomes(() => check(box).textContent(), /1 ready/);
    assert.deepEqual(await opened(), [link]);
    await openInMail(box).click();
    await box.getByText("Prepared for 1 person.").waitFor();
    const second = (await hrefs(box))[0];
    assert.deepEqual(await opened(), [link, second]);
    await seen(page, "invite-prepared");
    await box.getByRole("link", { name: "Invite others" }).click();
    await becomes(() => hasFocus(field(box)), true);
    assert.equal(await field(box).inputValue(), "");
    await page.keyboard.press("Escape");
    await dialog(page).waitFor({ state: "detached" });
    assert.equal(await focused(page), "Invite developers");
  });

  journey(`a hundred people are numbered messages, and semicolons are remembered, ${how}`, { browser }, async ({ page }) => {
    const people = Array.from({ length: 100 }, (_, i) => `person${i}@many.example`);
    await page.goto("/admin/invitations/new");
    await field(page).fill(people.join("\n"));
    await page.getByLabel(/semicolons/i).check();
    await openInMail(page).click();
    await mailLinks(page).first().waitFor();
    await seen(page, "invite-page-numbered");
    const links = await hrefs(page);
    const words = await mailLinks(page).allTextContents();
    assert.ok(links.length >= 3);
    words.forEach((text, i) => assert.match(text, new RegExp(`Open message ${i + 1} of ${links.length}`)));
    const written = await Promise.all((await mailLinks(page).all()).map((link) => link.evaluate((element) => element.closest("li, p, div").textContent)));
    const told = written.map((text) => Number(/(\d+) (people|developers)/.exec(text)[1]));
    assert.equal(told.reduce((sum, n) => sum + n), 100);
    assert.equal(links.map((link) => /bcc=([^&]*)/.exec(link)[1]).join(";"), people.join(";"));
    if (script) {
      await button(page, "Copy addresses").click();
      await becomes(() => page.evaluate(() => navigator.clipboard.readText()), people.join("; "));
    }
    for (const address of ["/admin/invitations/new", "/admin/developers"]) {
      await page.goto(address);
      if (address.endsWith("developers")) await openDialog(page);
      assert.equal(await page.getByLabel(/semicolons/i).isChecked(), true, address);
    }
    await field(page).fill("ada@engine.example, grace@navy.example");
    await page.getByLabel(/semicolons/i).uncheck();
    await openInMail(page).click();
    assert.match((await hrefs(page))[0], /bcc=ada@engine\.example,grace@navy\.example&/);
    await page.goto("/admin/invitations/new");
    assert.equal(await page.getByLabel(/semicolons/i).isChecked(), false);
  });

  journey(`nobody to invite: said, and what was typed stays, ${how}`, { browser, refusals: [422] }, async ({ page }) => {
    for (const typed of ["", "nobody at all", "noor.haddad@two.example"]) {
      await page.goto("/admin/developers");
      const box = await openDialog(page);
      await field(box).fill(typed);
      await openInMail(box).click();
      const summary = page.getByRole("alert").filter({ has: page.getByRole("heading") });
      await summary.getByRole("link").first().waitFor();
      assert.equal(await field(page).inputValue(), typed);
      assert.equal(await field(page).getAttribute("aria-invalid"), "true");
      assert.equal(await mailLinks(page).count(), 0);
      if (script) {
        assert.ok(await dialog(page).isVisible());
      } else {
        assert.match(await page.title(), /^Error: /);
        assert.match(await focused(page), new RegExp((await summary.getByRole("heading").textContent()).trim()));
      }
      if (typed === "nobody at all") await seen(page, "invite-refused");
      await summary.getByRole("link").first().click();
      assert.ok(await hasFocus(field(page)));
    }
  });

  journey(`five hundred as a mail program writes them can be invited, one more cannot and none of them is lost, ${how}`, { browser, refusals: [422] }, async ({ page }) => {
    const long = (i) => `"Müller-Lüdenscheidt, Maximiliane ${i}" <maximiliane.mueller-luedenscheidt${i}@versorgungsbetriebe.example>`;
    const people = Array.from({ length: 501 }, (_, i) => long(i)).join("; ");
    await page.goto("/admin/invitations/new");
    await field(page).fill(people);
    await openInMail(page).click();
    await page.getByRole("alert").getByText(/500/).first().waitFor();
    assert.equal(await field(page).inputValue(), people);
    await field(page).fill(people.slice(0, people.lastIndexOf(";")));
    await openInMail(page).click();
    await page.getByRole("heading", { name: "Prepared for 500 people." }).waitFor();
    const links = await hrefs(page);
    assert.equal(links.flatMap((link) => /bcc=([^&]*)/.exec(link)[1].split(",")).length, 500);
    assert.deepEqual(await sideways(page), []);
  });
}

journey("while one types, it is said in words who is ready, known, twice or wrong, and what the mail will be", {}, async ({ page, desk }) => {
  await page.clock.install();
  await page.goto("/admin/developers");
  const box = await openDialog(page);
  const asked = [];
  page.on("request", (request) => checks(request) && asked.push(request.postData()));
  // What is read aloud has to be there before anything is said in it.
  const said = box.locator("#invite-check[aria-live=polite]");
  await said.evaluate((region) => (region.isTheFirst = true));
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 1_000));
  for (const letter of "a@x.y") {
    await field(box).press(letter);
    await page.clock.runFor(250);
  }
  assert.deepEqual(asked, []);
  await page.clock.runFor(60);
  await page.clock.resume();
  await becomes(() => asked.length, 1);
  await becomes(() => check(box).textContent(), /1 ready/);
  assert.ok(await hasFocus(field(box)));

  await field(box).fill(MIXED);
  await becomes(() => check(box).textContent(), /4 ready/);
  const words = async (place) => (await place.textContent()).replace(/\s+/g, " ");
  assert.match(await words(said), /4 ready to invite.*1 duplicate left out.*Check: not-an-address.*needs an @.*noor\.haddad@two\.example is registered already \(approved\)/);
  assert.equal(await said.evaluate((region) => region.isTheFirst), true);
  const preview = box.getByRole("region", { name: "Message preview" });
  // The whole letter would be too much to listen to.
  assert.equal(await preview.getAttribute("aria-live"), "off");
  assert.match(await words(preview), /To Nobody\..* Bcc 4 developers Subject You are invited to Guestlist Hello, Kim Lee invites you to Guestlist/);
  assert.ok((await words(preview)).includes(` ${desk.url}/register `));
  assert.equal(await field(box).inputValue(), MIXED);
  assert.ok(await hasFocus(field(box)));

  for (const [email, state] of [["ada.almeida@one.example", "requested"], ["hannah.moreau@two.example", "rejected"], ["tom.ortega@two.example", "revoked"]]) {
    await field(box).fill(email);
    await becomes(() => check(box).textContent(), new RegExp(`${email.replaceAll(".", "\\.")}[^]*${state}`, "i"));
  }
  await field(box).fill("");
  await becomes(async () => /ready/.test(await check(box).textContent()), false);
});

journey("the answer to an older check never shows", {}, async ({ page }) => {
  await page.goto("/admin/invitations/new");
  const slow = await holdBack(page, (request) => checks(request) && request.postData().includes("one"));
  await field(page).fill("one@x.example, two@x.example, one2@x.example");
  await becomes(() => slow.seen.length, 1);
  await field(page).fill("two@x.example");
  await becomes(() => check(page).textContent(), /1 ready/);
  slow.release();
  await page.evaluate(() => fetch(location.href).then((answer) => answer.text()));
  assert.match(await check(page).textContent(), /1 ready/);
});

journey("without JavaScript one asks for the check, and goes on from it", { browser: { script: false } }, async ({ page }) => {
  await page.goto("/admin/developers");
  const box = await openDialog(page);
  await field(box).fill(MIXED);
  await button(box, "Check").click();
  await page.getByRole("heading", { level: 1, name: "Invite developers" }).waitFor();
  for (const words of ["4 ready to invite", "1 duplicate left out", "Check: not-an-address", "is registered already (approved)"]) {
    await check(page).getByText(words).waitFor();
  }
  await check(page).getByText("Kim Lee invites you to Guestlist.").waitFor();
  assert.equal(await field(page).inputValue(), MIXED);
  await openInMail(page).click();
  assert.equal((await hrefs(page)).length, 1);
  await page.getByRole("link", { name: "Invite others" }).or(field(page)).first().waitFor();
});

journey("with JavaScript nobody has to ask for the check", {}, async ({ page }) => {
  await page.goto("/admin/invitations/new");
  assert.equal(await button(page, "Check").count(), 0);
});

journey("Tab stays within the dialog, in the order of the eye", {}, async ({ page }) => {
  await page.goto("/admin/developers");
  const box = await openDialog(page);
  await field(box).fill("ada@engine.example");
  await becomes(() => check(box).textContent(), /1 ready/);
  const stops = [];
  for (let i = 0; i < 8; i++) {
    await page.keyboard.press("Tab");
    stops.push(await page.evaluate(() => document.activeElement.closest("#invite") && (document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim().split(" (")[0]));
  }
  assert.deepEqual(stops.slice(0, 3), ["Semicolons between addresses", "Cancel", "Open in my email app"]);
  // Behind the last stop Chromium visits its own bar, never the page.
  assert.ok(stops.slice(3).every((stop) => stop === null || ["Email addresses", "Semicolons between addresses", "Cancel", "Open in my email app"].includes(stop)), String(stops));
  assert.equal(await page.evaluate(() => document.activeElement === document.body || document.activeElement.closest("#invite") !== null), true);
});

journey("offline in the dialog: it is said there, and Retry does it", { offline: true }, async ({ page, context }) => {
  await page.goto("/admin/developers");
  const box = await openDialog(page);
  await field(box).fill("ada@offline.example");
  await becomes(() => check(box).textContent(), /1 ready/);
  await context.setOffline(true);
  await openInMail(box).click();
  await box.getByText("Guestlist did not answer. Nothing you typed is lost.").waitFor();
  await examine(page, "invite-offline");
  assert.equal(await field(box).inputValue(), "ada@offline.example");
  await context.setOffline(false);
  await button(box, "Retry").click();
  await mailLinks(box).waitFor();
  assert.equal(await box.getByText("did not answer").count(), 0);
});

journey("offline while one types: it is said in the dialog as well", { offline: true }, async ({ page, context }) => {
  await page.goto("/admin/developers");
  const box = await openDialog(page);
  await context.setOffline(true);
  await field(box).fill("ada@offline.example");
  await box.getByText("did not answer").waitFor();
  await context.setOffline(false);
  await button(box, "Retry").click();
  await becomes(() => check(box).textContent(), /1 ready/);
  assert.equal(await field(box).inputValue(), "ada@offline.example");
});

journey("a fault of the server is said in the dialog, with its request id", { refusals: [500] }, async ({ page }) => {
  await page.goto("/admin/invitations");
  const box = await openDialog(page);
  await field(box).fill("ada@fault.example");
  await page.route("**/admin/invitations", (route) =>
    route.request().method() === "POST" ? route.fulfill({ status: 500, headers: { "content-type": "text/html", "x-request-id": "8d4c-2" }, body: "<p>no</p>" }) : route.fallback());
  const looked = page.waitForResponse((response) => checks(response.request()));
  await openInMail(box).click();
  await box.getByText("Guestlist could not do this (500). Request id: 8d4c-2").waitFor();
  // The look at what was typed does not take it away.
  await looked;
  await becomes(() => check(box).textContent(), /1 ready/);
  assert.equal(await box.getByText("Guestlist could not do this (500). Request id: 8d4c-2").count(), 1);
  await examine(page, "invite-fault");
  assert.equal(await openInMail(box).isEnabled(), true);
  assert.equal(await field(box).inputValue(), "ada@fault.example");
  await button(box, "Dismiss").click();
  assert.equal(await box.getByText("could not do this").count(), 0);
});

journey("more than a form holds is said in the dialog, and stays in the box", { refusals: [413] }, async ({ page }) => {
  await page.goto("/admin/developers");
  const box = await openDialog(page);
  const much = "somebody@many.example, ".repeat(50_000);
  await field(box).fill(much);
  await box.getByText("The form is too large").waitFor();
  await button(box, "Dismiss").click();
  await openInMail(box).click();
  await box.getByText("The form is too large").waitFor();
  assert.equal((await field(box).inputValue()).length, much.length);
});

journey("a session that ended: to the door and back, nothing lands in the dialog", { refusals: [401] }, async ({ desk, open }) => {
  const session = await desk.signIn(KIM);
  const page = await open({ as: session });
  await page.goto("/admin/developers");
  const box = await openDialog(page);
  await desk.post("/admin/logout", {}, session);
  await field(box).fill("ada@late.example");
  await page.waitForURL("**/admin/login?next=*");
});

journey("the box's page and the dialog's answer lead on to the list of invitations", {}, async ({ page }) => {
  await page.goto("/admin/developers");
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Invitations" }).click();
  await page.getByRole("heading", { name: "Invitations" }).first().waitFor();
  const box = await openDialog(page);
  await field(box).fill("listed@engine.example");
  await openInMail(box).click();
  await mailLinks(box).waitFor();
  await page.goto("/admin/invitations");
  await page.locator("#rows tr", { hasText: "listed@engine.example" }).getByText("Prepared").waitFor();
  await page.goto("/admin/activity?q=listed@engine.example");
  await page.locator("#rows").getByText(/Invitation prepared/i).first().waitFor();
});

journey("with forced colours the dialog, its preview, chips and buttons keep an edge", { browser: { forcedColors: "active" } }, async ({ page }) => {
  await page.goto("/admin/developers");
  const box = await openDialog(page);
  await field(box).fill(MIXED);
  await becomes(() => check(box).textContent(), /4 ready/);
  for (const part of [box, field(box), box.locator(".chip").first(), box.locator(".preview dl"), openInMail(box)]) {
    const [style, width] = await part.evaluate((e) => [getComputedStyle(e).borderBottomStyle, parseFloat(getComputedStyle(e).borderBottomWidth)]);
    assert.ok(style !== "none" && width > 0, `${part}`);
  }
  await picture(page, "forced-colours-invite");
});

journey.closeWithValidPages();
