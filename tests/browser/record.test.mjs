// One developer's page, and the log.

import assert from "node:assert/strict";
import { becomes, button, focused, journeys, message, names, row } from "./support/journeys.mjs";

const journey = journeys({ demo: true, people: "people.csv" });

async function openRecord(page, name, list = "/admin/developers?q=one.example") {
  await page.goto(list);
  await row(page, name).getByRole("link", { name, exact: true }).click();
  await page.getByRole("heading", { name, exact: true }).waitFor();
}

journey("a record shows the facts and, newest first, what happened", async ({ page, desk }) => {
  await desk.act("ada.almeida@one.example", "reject", { reason: "First thought" });
  await desk.act("ada.almeida@one.example", "approve");
  await desk.act("ada.almeida@one.example", "revoke", { who: await desk.marta(), reason: "Second\nthought" });
  await page.goto((await desk.find("ada.almeida@one.example")).path);
  assert.equal(await page.title(), "Ada Almeida · Developers · Guestlist");
  assert.equal(await page.locator(".record header .chip").textContent(), "Revoked");
  const facts = await page.locator("dl").textContent();
  for (const fact of ["ada.almeida@one.example", "Northwind Logistics", "Track parcels in our warehouse app", "1 Jan 2026, 08:15 UTC", "Revoked by Marta Nowak"]) {
    assert.ok(facts.includes(fact), fact);
  }
  const events = await page.locator(".timeline li").allTextContents();
  // Each decision's mail stands beneath it.
  assert.deepEqual(events.map((event) => event.replace(/\s+/g, " ").split(/ by | waits| not sent/)[0].trim()), [
    "Revoked", "Mail “Guestlist: your access was revoked”",
    "Approved", "Mail “Guestlist: you are approved”",
    "Rejected", "Mail “Guestlist: your request was not accepted”",
    "Imported",
  ]);
  assert.match(events[0], /Marta Nowak.*\d+ \w+ \d{4}, \d\d:\d\d UTC.*Second\s+thought/s);
  const time = page.locator(".timeline time").first();
  assert.match(await time.getAttribute("title"), /UTC$/);
});

journey("previous, next and the way back keep the list one came from", async ({ page }) => {
  await page.goto("/admin/developers?q=one.example&sort=-name");
  const shown = await names(page);
  await row(page, shown[1]).getByRole("link", { name: shown[1], exact: true }).click();
  await page.getByRole("heading", { name: shown[1], exact: true }).waitFor();
  await page.getByRole("link", { name: "Next request" }).click();
  await page.getByRole("heading", { name: shown[2], exact: true }).waitFor();
  await page.getByRole("link", { name: "Previous request" }).click();
  await page.getByRole("link", { name: "Previous request" }).click();
  await page.getByRole("heading", { name: shown[0], exact: true }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Previous request" }).count(), 0);
  await page.getByRole("link", { name: "Back to Requested" }).click();
  await page.waitForURL("**/admin/developers?status=requested&q=one.example&sort=-name");
});

journey("previous and next pass over the edges of a page of the list", async ({ page }) => {
  await page.goto("/admin/developers?status=approved&sort=name");
  const last = page.locator("#rows tr").last();
  const name = await last.locator(".name").textContent();
  await page.getByRole("link", { name: "Next", exact: true }).click();
  await page.waitForURL("**after=*");
  const following = (await page.locator("#rows .mail").allTextContents())[0];
  await page.goBack();
  await page.locator("#rows tr").last().getByRole("link", { name, exact: true }).click();
  await page.getByRole("link", { name: /^Next/ }).click();
  await page.locator("dl").getByText(following).waitFor();
});

journey("a decision on the record changes it in place", async ({ page }) => {
  await openRecord(page, "Bela Brandt");
  await button(page, "Approve Bela Brandt").click();
  await button(page, "Revoke Bela Brandt").waitFor();
  await message(page).getByText("Approved Bela Brandt").waitFor();
  assert.equal(await page.locator(".record header .chip").textContent(), "Approved");
  assert.equal(await focused(page), "Bela Brandt");
  assert.match(await page.locator(".timeline li").first().textContent(), /Approved.*Kim Lee/s);
  assert.match(await page.title(), /^Bela Brandt/);
  await button(page, "Revoke Bela Brandt").click();
  await page.getByLabel(/Reason/).fill("On second thought");
  await page.keyboard.press("Enter");
  await button(page, "Re-approve Bela Brandt").waitFor();
  assert.match(await page.locator(".timeline li").first().textContent(), /Revoked.*On second thought/s);
  await page.getByRole("link", { name: "Back to Requested" }).click();
  assert.equal(await row(page, "Bela Brandt").count(), 0);
});

journey("somebody was quicker while the record was open", { refusals: [409] }, async ({ page, desk }) => {
  await openRecord(page, "Carla Castell");
  await desk.act("carla.castell@one.example", "approve", { who: await desk.marta() });
  await button(page, "Approve Carla Castell").click();
  await message(page).getByText("Marta Nowak approved this").waitFor();
  await button(page, "Revoke Carla Castell").waitFor();
  assert.match(await page.locator(".timeline li").first().textContent(), /Approved.*Marta Nowak/s);
});

journey("name and company can be edited, and the log keeps what they were", { refusals: [409, 422] }, async ({ page, desk }) => {
  await openRecord(page, "Dario Dubois");
  await page.getByText("Edit name and company").click();
  await page.getByLabel("Full name").fill(" ");
  await page.getByLabel("Company").fill("New Company");
  await button(page, "Save").click();
  const summary = page.getByRole("alert");
  await summary.getByRole("heading", { name: "There is a problem" }).waitFor();
  assert.match(await focused(page), /There is a problem/);
  assert.equal(await summary.getByRole("link").textContent(), await page.locator("#full_name-error").textContent());
  await summary.getByRole("link").click();
  assert.equal(await page.evaluate(() => document.activeElement.id), "full_name");
  assert.equal(await page.getByLabel("Company").inputValue(), "New Company");
  await page.getByLabel("Full name").fill("Dario D. Dubois");
  await button(page, "Save").click();
  await message(page).getByText("Saved Dario D. Dubois").waitFor();
  await page.getByRole("link", { name: "Back to Requested" }).waitFor();
  assert.match(await page.locator(".timeline li").first().textContent(), /Edited.*Dario Dubois → Dario D\. Dubois.*→ New Company/s);
  assert.match((await desk.entries("dario.dubois", "developer.edited"))[0], /Kim Lee.*Dario D\. Dubois/);

  // Somebody else edits in between: nothing is overwritten.
  const { path, version } = await desk.find("dario.dubois@one.example");
  await desk.post(path, { version, full_name: "Theirs", organization: "" }, await desk.marta());
  await page.getByText("Edit name and company").click();
  await page.getByLabel("Full name").fill("Mine");
  await button(page, "Save").click();
  await page.getByRole("heading", { name: "Nothing was changed" }).waitFor();
  await page.getByText(/Marta Nowak edited this/).waitFor();
  await page.getByRole("heading", { name: "Theirs" }).waitFor();
});

journey("deleting from the record leads back to the list one came from", async ({ page }) => {
  await openRecord(page, "Edda Ekman", "/admin/developers?q=one.example&sort=email");
  await page.getByRole("link", { name: "Delete…" }).click();
  assert.equal(await focused(page), "Cancel");
  await button(page, "Delete Edda Ekman").click();
  await page.waitForURL("**/admin/developers?status=requested&q=one.example&sort=email");
  await message(page).getByText("Deleted Edda Ekman").waitFor();
});

journey("deleting a record that changed meanwhile shows it first", { refusals: [409] }, async ({ page, desk }) => {
  await openRecord(page, "Farid Fontana");
  await page.getByRole("link", { name: "Delete…" }).click();
  await desk.act("farid.fontana@one.example", "approve", { who: await desk.marta() });
  await button(page, "Delete Farid Fontana").click();
  await page.getByRole("heading", { name: "Nothing was changed" }).waitFor();
  await page.getByRole("alert").getByText("Marta Nowak approved this").waitFor();
});

journey("the address can be copied, and that is said", { browser: { permissions: ["clipboard-read", "clipboard-write"] } }, async ({ page }) => {
  await openRecord(page, "Greta Gruber");
  await button(page, "Copy email address").click();
  await message(page).getByText("Copied").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "greta.gruber@one.example");
  assert.equal(await page.getByRole("link", { name: "greta.gruber@one.example" }).getAttribute("href"), "mailto:greta.gruber@one.example");
});

for (const script of [true, false]) {
  const how = script ? "" : " without JavaScript";
  journey(`the log is searched by person and by kind${how}`, { browser: { script } }, async ({ page, desk }) => {
    const email = `${script ? "mira.marchetti" : "lino.lund"}@one.example`;
    await desk.act(email, "reject", { reason: "For the log" });
    await desk.act(email, "approve");
    await page.goto("/admin/activity");
    await page.getByRole("searchbox").fill(email);
    if (!script) await button(page, "Apply").click();
    await becomes(() => page.locator("#rows .what").allTextContents().then(String), "Approved,Rejected,Imported");
    if (script) assert.ok((await page.locator("#found").textContent()).length > 0);
    assert.equal(new URL(page.url()).searchParams.get("q"), email);
    await page.getByLabel("Kind").selectOption("Rejected");
    if (!script) await button(page, "Apply").click();
    await becomes(() => page.locator("#rows .what").allTextContents().then(String), "Rejected");
    const entry = page.locator("#rows tr");
    assert.match((await entry.textContent()).replace(/\s+/g, " "), /Kim Lee.*requested → rejected.*For the log/);
    await entry.getByRole("link", { name: email }).click();
    await page.locator("dl").getByText(email).waitFor();
  });
}

journey("the log keeps who was deleted, and pages back to its first entry", async ({ page, desk }) => {
  await desk.remove("nadia.nilsson@one.example");
  await page.goto("/admin/activity?q=nadia.nilsson&kind=developer.deleted");
  await page.locator("#rows").getByText("nadia.nilsson@one.example").waitFor();
  assert.equal(await page.locator("#rows a").count(), 0);
  await page.goto("/admin/activity?per_page=100");
  let seen = 0;
  const next = page.getByRole("link", { name: "Next", exact: true });
  for (;;) {
    seen += await page.locator("#rows tr").count();
    if (!(await next.count())) break;
    const address = page.url();
    await next.click();
    await page.waitForURL((url) => url.href !== address);
  }
  assert.ok(seen > 320, `${seen} entries`);
  await page.goto("/admin/activity?q=nobody%20at%20all");
  await page.getByRole("heading", { name: "No entries for “nobody at all”" }).waitFor();
  await page.getByRole("link", { name: "Show everything" }).click();
  await page.waitForURL("**/admin/activity");
});

journey("one's own signing in stands in the log, and so does a failed try", async ({ page, desk }) => {
  await desk.post("/admin/login", { email: "mallory@desk.example", password: "let me in please" });
  await page.goto("/admin/activity?q=mallory");
  await page.locator("#rows").getByText("mallory@desk.example").waitFor();
  await desk.marta();
  await page.goto("/admin/activity?q=marta@desk.example&kind=admin.signed_in");
  await page.locator("#rows").getByText("Marta Nowak").first().waitFor();
});

journey.closeWithValidPages();
