// Links to the admin's own mail program: what two parsers, which know nothing of each other, read in them.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { button, journeys } from "./support/journeys.mjs";
import { areHandedOn, field, hrefs, say } from "./support/invite.mjs";
import { oddAddresses, readings } from "./support/mailto.mjs";

const journey = journeys();
const people = oddAddresses(100);
const SUBJECT = "Grüße & mehr: 100 % + #1 von {portal}?";
const TEXT = "Schöne Grüße,\n\n{admin} lädt Sie ein & sagt: 1 + 1 = 2; 50 % \"Rabatt\"?\n{link}\n\nTschüß, #Ihr Team";
const separators = { commas: ",", semicolons: ";" };

/** Both parsers read everybody once and in this order, all in Bcc, and the same text in each message. */
function agree(links, separator, { to = people, subject = "", body = "" } = {}) {
  assert.ok(links.length >= 3);
  for (const link of links) assert.ok(link.length <= 1_600, `${link.length} characters`);
  for (const [parser, messages] of Object.entries(readings(links, separator))) {
    assert.deepEqual(messages.flatMap((message) => message.bcc), to, parser);
    for (const { bcc, ...message } of messages) {
      assert.ok(bcc.length <= 45, `${bcc.length} people`);
      assert.deepEqual(message, { to: [], subject, body }, parser);
    }
  }
}

/** The addresses as they are shown and copied. */
const shown = (page) => page.locator("details .addresses").textContent();

for (const script of [true, false]) {
  for (const [name, separator] of Object.entries(separators)) {
    const how = `${name}${script ? "" : ", without JavaScript"}`;

    journey(`a hundred odd addresses and a text with umlauts, & and +: ${how}`, { browser: { script } }, async ({ page, desk }) => {
      await say(desk, "invitation", SUBJECT, TEXT);
      await page.goto("/admin/invitations/new");
      await field(page).fill(people.join(", "));
      await page.getByLabel(/semicolons/i).setChecked(separator === ";");
      await button(page, "Open in my email app").click();
      const links = await hrefs(page);
      await areHandedOn(page);
      const body = TEXT.replace("{admin}", "Kim Lee").replace("{link}", `${desk.url}/register`);
      agree(links, separator, { subject: SUBJECT.replace("{portal}", "Guestlist"), body: body.replaceAll("\n", "\r\n") });
      assert.deepEqual((await shown(page)).split(`${separator} `), people);
      if (!script) return;
      assert.equal(await button(page, "Copy addresses").getAttribute("data-copy"), await shown(page));
      assert.equal(await button(page, "Copy message").getAttribute("data-copy"), `Grüße & mehr: 100 % + #1 von Guestlist?\n\n${body}`);
    });
  }
}

journey("a text that is too long for a link is copied instead", async ({ page, desk }) => {
  await say(desk, "invitation", SUBJECT, `${TEXT}\n${"Ünverkürzt. ".repeat(60)}`);
  await page.goto("/admin/invitations/new");
  await field(page).fill(people.join("\n"));
  await button(page, "Open in my email app").click();
  const links = await hrefs(page);
  await page.getByText("The text is too long for a link.").waitFor();
  agree(links, ",");
  assert.match(await button(page, "Copy message").getAttribute("data-copy"), /\n\nSchöne Grüße,\n\nKim Lee[^]*(Ünverkürzt\. ?){60}$/);
  assert.match(await page.locator("details .letter").textContent(), /(Ünverkürzt\. ?){60}/);
});

journey("odd addresses of developers: one's own link, and all who are selected", async ({ page, desk }) => {
  const table = join(desk.folder, "odd.csv");
  const lines = people.map((email, i) => `"${email}",Somebody ${String(i).padStart(2, "0")},approved,2026-01-01T08:00:00Z`);
  writeFileSync(table, ["email,full_name,status,requested_at", ...lines].join("\n"));
  await desk.tell("import", table);
  for (const [name, separator] of Object.entries(separators)) {
    await page.goto("/admin/developers?status=approved&sort=name&per_page=100");
    await page.locator("#rows").getByRole("checkbox").evaluateAll((all) => all.forEach((box) => box.click()));
    await button(page, "Email selected").click();
    await page.getByLabel(/semicolons/i).setChecked(separator === ";");
    await button(page, "Apply").click();
    await page.waitForLoadState();
    const to = (await shown(page)).split(`${separator} `);
    assert.deepEqual(to.toSorted(), people.toSorted(), name);
    agree(await hrefs(page), separator, { to });
    await areHandedOn(page);
  }
  await page.goto("/admin/developers?status=approved&sort=name&per_page=100");
  const own = page.locator("#rows a[href^='mailto:']");
  const links = await own.evaluateAll((all) => all.map((link) => link.getAttribute("href")));
  assert.equal(links.length, people.length);
  // In the place of Bcc, so that the same parsers read them.
  agree(links.map((link) => link.replace(/^mailto:/, "mailto:?bcc=")), ",");
});

journey.closeWithValidPages();
