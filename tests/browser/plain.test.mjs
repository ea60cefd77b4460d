// The desk without JavaScript: every action is a form, every answer a page.

import assert from "node:assert/strict";
import { KIM } from "./support/desk.mjs";
import { PHONE, button, count, journeys, message, names, row } from "./support/journeys.mjs";
import { sideways } from "./support/look.mjs";

const journey = journeys({ people: "people.csv" });
const plain = { browser: { script: false } };

for (const viewport of [undefined, PHONE]) {
  const how = viewport ? " on a phone" : "";
  const browser = { script: false, ...(viewport && { viewport, hasTouch: true, isMobile: true }) };
  const [first, second, third, approved] = viewport
    ? ["Dario Dubois", "Edda Ekman", "Farid Fontana", "Astrid Berg"]
    : ["Ada Almeida", "Bela Brandt", "Carla Castell", "Noor Haddad"];

  journey(`approving, rejecting, revoking, giving back and deleting${how}`, { browser }, async ({ page, desk }) => {
    await page.goto("/admin/developers");
    const before = await count(page, "requested");
    await button(row(page, first), `Approve ${first}`).click();
    await message(page).getByText(`Approved ${first}`).waitFor();
    assert.equal(new URL(page.url()).pathname, "/admin/developers");
    assert.equal(await count(page, "requested"), before - 1);
    assert.deepEqual(await sideways(page), []);

    await button(row(page, second), `Reject ${second}`).click();
    await row(page, second).getByLabel(/Reason/).fill("No, for\ntwo reasons.");
    await button(row(page, second), "Reject").click();
    await message(page).getByText(`Rejected ${second}`).waitFor();
    assert.equal(await message(page).count(), 1);
    assert.equal(await message(page).getByRole("button", { name: "Dismiss" }).isVisible(), false);
    // Said once.
    await page.reload();
    assert.equal(await message(page).count(), 0);

    await page.goto("/admin/developers?status=rejected");
    await row(page, second).getByText("two reasons").waitFor();
    await button(row(page, second), `Approve ${second}`).click();
    await message(page).getByText(`Approved ${second}`).waitFor();
    assert.equal(new URL(page.url()).search, "?status=rejected");

    await page.goto("/admin/developers?status=approved&per_page=50");
    await button(row(page, approved), `Revoke ${approved}`).click();
    await button(row(page, approved), "Revoke").click();
    await message(page).getByText(`Revoked ${approved}`).waitFor();
    assert.equal(new URL(page.url()).search, "?status=approved&per_page=50");
    await page.goto("/admin/developers?status=revoked");
    await button(row(page, approved), `Re-approve ${approved}`).click();
    await message(page).getByText(`Re-approved ${approved}`).waitFor();

    await page.goto("/admin/developers?sort=name");
    await button(row(page, third), `More for ${third}`).click();
    await row(page, third).getByRole("link", { name: "Delete…" }).click();
    await button(page, `Delete ${third}`).click();
    await message(page).getByText(`Deleted ${third}`).waitFor();
    assert.equal(new URL(page.url()).search, "?status=requested&sort=name");
    assert.equal(await row(page, third).count(), 0);
    assert.equal((await desk.entries(second, "developer.rejected")).length, 1);
  });
}

journey("searching, sorting, paging", plain, async ({ page }) => {
  await page.goto("/admin/developers?status=all");
  await page.getByRole("searchbox").fill("two.example");
  await button(page, "Apply").click();
  await page.waitForURL("**q=two.example*");
  assert.equal(new URL(page.url()).searchParams.get("status"), "all");
  assert.equal((await names(page)).length, 20);
  await page.getByRole("columnheader", { name: "Name" }).getByRole("link").click();
  const sorted = await names(page);
  assert.deepEqual(sorted, [...sorted].sort());
  await page.getByRole("searchbox").fill("nobody at all");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "No matches for “nobody at all” in All" }).waitFor();
  await page.getByRole("link", { name: "Clear the search" }).click();
  await page.getByRole("link", { name: "Next", exact: true }).click();
  await page.getByRole("link", { name: "Previous", exact: true }).waitFor();
});

journey("somebody was quicker: the page says who, and shows the record as it is", { ...plain, refusals: [409] }, async ({ page, desk }) => {
  await page.goto("/admin/developers");
  await desk.act("greta.gruber@one.example", "reject", { who: await desk.marta(), reason: "Marta was here" });
  await button(row(page, "Greta Gruber"), "Approve Greta Gruber").click();
  await page.getByRole("heading", { name: "Nothing was changed" }).waitFor();
  const alert = page.getByRole("alert");
  assert.match(await alert.textContent(), /Marta Nowak rejected this just now/);
  assert.equal(await page.locator(".record header .chip").textContent(), "Rejected");
  await button(page, "Approve Greta Gruber").click();
  await message(page).getByText("Approved Greta Gruber").waitFor();
});

journey("a developer who is gone is a page that says so", { ...plain, refusals: [404] }, async ({ page, desk }) => {
  await page.goto("/admin/developers");
  await desk.remove("hugo.halonen@one.example");
  await button(row(page, "Hugo Halonen"), "Approve Hugo Halonen").click();
  await page.getByRole("heading", { name: "Page not found" }).waitFor();
});

journey("a session that ended elsewhere: sign in, and back to the same list", plain, async ({ page, desk, open }) => {
  const session = await desk.signIn(KIM);
  const own = await open({ as: session, script: false });
  await own.goto("/admin/developers?status=requested&sort=name");
  await desk.post("/admin/logout", {}, session);
  const name = (await names(own))[0];
  await button(row(own, name), `Approve ${name}`).click();
  await own.waitForURL("**/admin/login?next=*");
  await own.getByLabel("Email").fill(KIM.email);
  await own.getByLabel("Password", { exact: true }).fill(KIM.password);
  await button(own, "Sign in").click();
  await own.waitForURL("**/admin/developers?status=requested&sort=name");
  assert.equal(await row(own, name).count(), 1);
});

journey("editing, right and wrong", { ...plain, refusals: [422] }, async ({ page, desk }) => {
  const { path } = await desk.find("iris.ivanova@one.example");
  await page.goto(path);
  await page.getByText("Edit name and company").click();
  await page.getByLabel("Full name").fill("   ");
  await page.getByLabel("Company").fill("Kept");
  await button(page, "Save").click();
  await page.getByRole("alert").getByRole("heading", { name: "There is a problem" }).waitFor();
  assert.match(await page.title(), /^Error: /);
  assert.equal(await page.getByLabel("Company").inputValue(), "Kept");
  await page.getByLabel("Full name").fill("Iris I. Ivanova");
  await button(page, "Save").click();
  await message(page).getByText("Saved Iris I. Ivanova").waitFor();
  await page.getByRole("heading", { name: "Iris I. Ivanova" }).waitFor();
});

journey.closeWithValidPages();
