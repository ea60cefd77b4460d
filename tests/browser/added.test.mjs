// Developers whom an admin adds or writes to: a form and a link to choose a password; boxes to tick and links to one's mail program.

import assert from "node:assert/strict";
import { PHONE, DESKTOP, button, journeys, message, names, row } from "./support/journeys.mjs";
import { areHandedOn, hrefs, mailLinks } from "./support/invite.mjs";
import { examine, sideways } from "./support/look.mjs";
import { isRefused, passwordField, signIn, somebody } from "./support/portal.mjs";

const journey = journeys({ mail: true, demo: true, people: "people.csv" });
const ways = [true, false].flatMap((script) => [DESKTOP, PHONE].map((viewport) => ({ script, viewport })));
const PASSWORD = "seven brass wheels turn";

for (const { script, viewport } of ways) {
  const how = `${script ? "with" : "without"} JavaScript at ${viewport.width}`;
  const browser = { script, viewport };
  const seen = async (page, name) => {
    assert.deepEqual(await sideways(page), [], name);
    if (script && viewport === DESKTOP) await examine(page, name);
  };

  journey(`a developer whom an admin adds chooses a password by a link, ${how}`, { browser, refusals: [422] }, async ({ page, open, desk }) => {
    const ada = somebody();
    await page.goto("/admin/developers");
    await page.getByRole("link", { name: "Add developer" }).click();
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.getByLabel("Email").fill("ada at engine");
    await page.getByLabel("Company").fill("Kept");
    await page.getByRole("button", { name: /^Add/ }).click();
    await isRefused(page, ["email", "full_name"]);
    await seen(page, "developer-new-refused");
    assert.equal(await page.getByLabel("Company").inputValue(), "Kept");
    await page.getByLabel("Email").fill(ada.email);
    await page.getByLabel("Full name").fill(ada.name);
    await page.getByRole("button", { name: /^Add/ }).click();
    await message(page).getByText(new RegExp(`${ada.name}|${ada.email}`)).waitFor();
    await page.goto((await desk.find(ada.email)).path);
    assert.equal(await page.locator(".record header .chip").textContent(), "Approved");
    await page.locator(".timeline").getByText(/Added/).first().waitFor();

    const letter = await desk.sink.next(ada.email, /an account for you/);
    assert.match(letter.text, /^Hello Ada Byron,\n\nKim Lee added you to Guestlist/);
    const theirs = await open({ as: null, script, viewport });
    await theirs.goto(letter.link);
    await seen(theirs, "welcome");
    await passwordField(theirs, "New password").or(passwordField(theirs)).first().fill(PASSWORD);
    await button(theirs, "Save password").click();
    await message(theirs).getByText("Your password is set. Sign in with it.").waitFor();
    await signIn(theirs, { email: ada.email, password: PASSWORD });
    await theirs.getByRole("heading", { name: "Your account" }).waitFor();
    await page.reload();
    await page.getByText("Email verified").first().waitFor();
  });

  journey(`whom Guestlist knows already is not added again, ${how}`, { browser, refusals: [409, 422] }, async ({ page }) => {
    await page.goto("/admin/developers/new");
    await page.getByLabel("Email").fill("NOOR.haddad@two.example");
    await page.getByLabel("Full name").fill("Another Noor");
    await page.getByRole("button", { name: /^Add/ }).click();
    const summary = page.locator(".errors");
    await summary.getByRole("link", { name: "noor.haddad@two.example is registered already (approved)" }).waitFor();
    await seen(page, "developer-new-known");
    assert.match(await page.title(), /^Error: /);
    assert.equal(await page.getByLabel("Full name").inputValue(), "Another Noor");
    await summary.getByRole("link", { name: "See the record of Noor Haddad" }).click();
    await page.getByRole("heading", { name: "Noor Haddad" }).waitFor();
  });

  journey(`selected developers in one's own mail program, ${how}`, { browser, refusals: [422] }, async ({ page }) => {
    await page.goto("/admin/developers?status=approved&per_page=100");
    const shown = await names(page);
    const boxes = page.locator("#rows").getByRole("checkbox");
    assert.equal(await boxes.count(), shown.length);
    const emails = await page.locator("#rows .mail").allTextContents();
    for (const i of [0, 2, 3]) await boxes.nth(i).check();
    await seen(page, "approved-selected");
    await page.getByRole("button", { name: /^Email/ }).last().click();
    const [link] = await hrefs(page);
    const written = (link) => /bcc=([^&]*)/.exec(link)[1].split(",").map(decodeURIComponent);
    assert.deepEqual(written(link).sort(), [0, 2, 3].map((i) => emails[i]).sort());
    await areHandedOn(page);
    await seen(page, "email-selected");
    await page.goto("/admin/developers?status=approved&per_page=100");
    await boxes.evaluateAll((all) => all.forEach((box) => box.click()));
    await page.getByRole("button", { name: /^Email/ }).last().click();
    const links = await hrefs(page);
    await seen(page, "email-selected-numbered");
    assert.ok(links.length >= 3);
    assert.deepEqual(links.flatMap(written).sort(), emails.sort());
  });
}

journey("nobody is selected, or nobody of them is approved any more: it is said", { refusals: [422] }, async ({ page, desk }) => {
  await page.goto("/admin/developers?status=approved&q=two.example");
  await page.locator("#selected").evaluate((form) => form.submit());
  await page.getByText("Tick the developers to write to").waitFor();
  await examine(page, "email-nobody");
  await page.goBack();
  await row(page, "Mehmet Demir").getByRole("checkbox").check();
  await row(page, "Astrid Berg").getByRole("checkbox").check();
  await desk.act("mehmet.demir@two.example", "revoke");
  await button(page, "Email selected").click();
  await page.getByRole("region", { name: "Left out" }).getByText("Mehmet Demir").waitFor();
  assert.deepEqual(await hrefs(page), ["mailto:?bcc=astrid.berg@two.example"]);
  await examine(page, "email-left-out");
});

journey("an approved row has a link to write to its developer", {}, async ({ page }) => {
  await page.goto("/admin/developers?status=approved&q=noor.haddad@two");
  assert.equal(await row(page, "Noor Haddad").getByRole("link", { name: /^Email/ }).getAttribute("href"), "mailto:noor.haddad@two.example");
});

journey.closeWithValidPages();
