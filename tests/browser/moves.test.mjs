// Decisions: approve, reject, revoke, re-approve and delete, from the list.

import assert from "node:assert/strict";
import { PHONE, becomes, button, count, focused, holdBack, journeys, message, names, row } from "./support/journeys.mjs";

const journey = journeys({ people: "people.csv" });
const posts = (request) => request.method() === "POST";

/** Opens the box of Reject or Revoke and gives the field for the reason. */
async function ask(page, name, verb = "Reject") {
  await button(row(page, name), `${verb} ${name}`).click();
  const reason = row(page, name).getByLabel(/Reason/);
  await reason.waitFor();
  return reason;
}

journey("approving takes the row away, and all numbers and the focus follow in one answer", async ({ page }) => {
  await page.goto("/admin/developers");
  const [before, approved] = [await count(page, "requested"), await count(page, "approved")];
  const all = await count(page, "all");
  const asked = [];
  page.on("request", (request) => request.url().includes("/admin/") && asked.push(request.method()));
  await button(row(page, "Bela Brandt"), "Approve Bela Brandt").click();
  await row(page, "Bela Brandt").waitFor({ state: "detached" });
  await message(page).getByText("Approved Bela Brandt").waitFor();
  assert.equal(await count(page, "requested"), before - 1);
  assert.equal(await count(page, "approved"), approved + 1);
  assert.equal(await count(page, "all"), all);
  assert.equal(await page.locator("#tab-requested").innerHTML(), `Requested <span class="count">${before - 1}</span>`);
  assert.equal(await page.title(), `Requested (${before - 1}) · Developers · Guestlist`);
  assert.match(await page.locator("#waiting").textContent(), new RegExp(`^${before - 1} are waiting`));
  assert.equal(await page.locator("#total").textContent(), `${before - 1} developers`);
  await becomes(() => focused(page), "Carla Castell");
  assert.deepEqual(asked, ["POST"]);
  assert.equal(await page.locator("#messages").getAttribute("role"), "status");
  assert.ok((await message(page).textContent()).length < 140);
});

journey("Enter sends a reason, Shift+Enter breaks the line, and both stand in the log", async ({ page, desk }) => {
  await page.goto("/admin/developers");
  const reason = await ask(page, "Dario Dubois");
  assert.ok(await reason.evaluate((field) => field === document.activeElement));
  await row(page, "Dario Dubois").getByText("stays blocked until the record is deleted").waitFor();
  await page.keyboard.type("No company address.");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("Please use one.");
  await page.keyboard.press("Enter");
  await message(page).getByText("Rejected Dario Dubois").waitFor();
  await becomes(() => focused(page), "Edda Ekman");
  await page.goto("/admin/developers?status=rejected");
  assert.match(await row(page, "Dario Dubois").textContent(), /No company address\.\s+Please use one\..*just now.*by Kim Lee/s);
  assert.match((await desk.entries("dario.dubois", "developer.rejected"))[0], /Kim Lee.*requested → rejected.*No company address/);
});

journey("a reason may be left out", async ({ page }) => {
  await page.goto("/admin/developers");
  await ask(page, "Edda Ekman");
  await page.keyboard.press("Enter");
  await message(page).getByText("Rejected Edda Ekman").waitFor();
  await page.goto("/admin/developers?status=rejected");
  await row(page, "Edda Ekman").getByText("No reason given").waitFor();
});

journey("Escape closes the box and gives the focus back; Cancel as well", async ({ page }) => {
  await page.goto("/admin/developers");
  const reason = await ask(page, "Farid Fontana");
  await page.keyboard.type("half a thought");
  await page.keyboard.press("Escape");
  await reason.waitFor({ state: "hidden" });
  await becomes(() => focused(page), "Reject Farid Fontana");
  await page.keyboard.press("Enter");
  await reason.waitFor();
  assert.equal(await reason.inputValue(), "half a thought");
  await button(row(page, "Farid Fontana"), "Cancel").click();
  await reason.waitFor({ state: "hidden" });
  await becomes(() => focused(page), "Reject Farid Fontana");
});

journey("an Enter that is still held down from opening the box sends nothing", async ({ page }) => {
  await page.goto("/admin/developers");
  const sent = [];
  page.on("request", (request) => posts(request) && sent.push(request.url()));
  await button(row(page, "Farid Fontana"), "Reject Farid Fontana").focus();
  for (let i = 0; i < 4; i++) await page.keyboard.down("Enter");
  await page.keyboard.up("Enter");
  assert.ok(await row(page, "Farid Fontana").getByLabel(/Reason/).isVisible());
  assert.deepEqual(sent, []);
});

journey("revoking, giving access back and revoking again", async ({ page }) => {
  await page.goto("/admin/developers?status=approved");
  const approved = await count(page, "approved");
  await ask(page, "Noor Haddad", "Revoke");
  await page.keyboard.type("Contract ended.");
  await button(row(page, "Noor Haddad"), "Revoke").click();
  await message(page).getByText("Revoked Noor Haddad").waitFor();
  assert.equal(await count(page, "approved"), approved - 1);
  await page.goto("/admin/developers?status=revoked");
  await row(page, "Noor Haddad").getByText("Contract ended.").waitFor();
  await button(row(page, "Noor Haddad"), "Re-approve Noor Haddad").click();
  await row(page, "Noor Haddad").waitFor({ state: "detached" });
  assert.equal(await count(page, "approved"), approved);
  await page.goto("/admin/developers?status=approved");
  assert.equal((await names(page))[0], "Noor Haddad");
});

journey("on All the row shows its new state and its new actions", async ({ page }) => {
  await page.goto("/admin/developers?status=all&sort=name");
  const ada = row(page, "Ada Almeida");
  await button(ada, "Approve Ada Almeida").click();
  await ada.getByText("Approved by Kim Lee").waitFor();
  await message(page).getByText("Approved Ada Almeida").waitFor();
  assert.equal(await ada.locator(".chip").textContent(), "Approved");
  await button(ada, "Revoke Ada Almeida").waitFor();
  const email = ada.getByRole("link", { name: "Email developer Ada Almeida" });
  assert.equal(await email.getAttribute("href"), "mailto:ada.almeida@one.example");
  assert.equal(await ada.getAttribute("role"), "row");
  // The next row's name, as on every tab.
  assert.notEqual(await focused(page), "BODY");
});

journey("each tab offers what the table of moves allows, and no row offers Delete beside it", async ({ page }) => {
  const offered = {
    requested: ["Approve", "Reject"], approved: ["Email developer", "Revoke"], rejected: ["Approve"], revoked: ["Re-approve"],
  };
  for (const [tab, verbs] of Object.entries(offered)) {
    await page.goto(`/admin/developers?status=${tab}`);
    const name = (await names(page))[2];
    const moves = row(page, name).locator(".moves > :is(button, a, form)");
    const shown = await moves.evaluateAll((all) =>
      all.map((e) => e.getAttribute("aria-label") ?? e.querySelector("button").getAttribute("aria-label")));
    assert.deepEqual(shown, [...verbs.map((verb) => `${verb} ${name}`), `More for ${name}`]);
    await button(row(page, name), `More for ${name}`).click();
    const menu = row(page, name).locator(".menu");
    assert.deepEqual(await menu.getByRole("link").allTextContents(), ["View details", "Delete…"]);
  }
});

journey("ten fast clicks make one request, one move and one entry", async ({ page, desk }) => {
  await page.goto("/admin/developers");
  const held = await holdBack(page, posts);
  const approve = button(row(page, "Greta Gruber"), "Approve Greta Gruber");
  const waited = await approve.evaluate(async (pressed) => {
    const begun = performance.now();
    for (let i = 0; i < 10; i++) pressed.click();
    while (pressed.getAttribute("aria-busy") !== "true" || !pressed.disabled) await new Promise(requestAnimationFrame);
    return performance.now() - begun;
  });
  assert.ok(waited < 100, `the button looked idle for ${waited} ms`);
  held.release();
  await row(page, "Greta Gruber").waitFor({ state: "detached" });
  assert.equal(held.seen.length, 1);
  assert.equal((await desk.entries("greta.gruber", "developer.approved")).length, 1);
});

journey("ten times Enter in the box make one request", async ({ page, desk }) => {
  await page.goto("/admin/developers");
  const held = await holdBack(page, posts);
  await ask(page, "Hugo Halonen");
  for (let i = 0; i < 10; i++) await page.keyboard.press("Enter");
  held.release();
  await row(page, "Hugo Halonen").waitFor({ state: "detached" });
  assert.equal(held.seen.length, 1);
  assert.equal((await desk.entries("hugo.halonen", "developer.rejected")).length, 1);
});

journey("deleting names what is lost, begins on Cancel and leads back", async ({ page, desk }) => {
  await page.goto("/admin/developers?status=rejected&sort=name");
  const before = await count(page, "rejected");
  await button(row(page, "Ivan Petrov"), "More for Ivan Petrov").click();
  await row(page, "Ivan Petrov").getByRole("link", { name: "Delete…" }).click();
  await page.getByRole("heading", { name: "Delete Ivan Petrov?" }).waitFor();
  await becomes(() => focused(page), "Cancel");
  const text = await page.locator("main").textContent();
  for (const part of ["ivan.petrov@two.example", "cannot be undone", "the record with name", "may sign up again", "audit log keeps"]) {
    assert.ok(text.includes(part), part);
  }
  await page.keyboard.press("Enter");
  await page.waitForURL("**/admin/developers?status=rejected&sort=name");
  await button(row(page, "Ivan Petrov"), "More for Ivan Petrov").click();
  await row(page, "Ivan Petrov").getByRole("link", { name: "Delete…" }).click();
  await button(page, "Delete Ivan Petrov").click();
  await page.waitForURL("**/admin/developers?status=rejected&sort=name");
  await message(page).getByText("Deleted Ivan Petrov").waitFor();
  assert.equal(await row(page, "Ivan Petrov").count(), 0);
  assert.equal(await count(page, "rejected"), before - 1);
  assert.match((await desk.entries("ivan.petrov", "developer.deleted"))[0], /Kim Lee/);
});

journey("good news leaves after twelve seconds, but not from under the pointer", async ({ page }) => {
  await page.clock.install();
  await page.goto("/admin/developers?status=revoked");
  await button(row(page, "Tom Ortega"), "Re-approve Tom Ortega").click();
  await message(page).waitFor();
  await page.clock.runFor(11_000);
  assert.equal(await message(page).count(), 1);
  await message(page).hover();
  await page.clock.runFor(14_000);
  assert.equal(await message(page).count(), 1);
  await page.mouse.move(5, 5);
  await page.clock.runFor(13_000);
  assert.equal(await message(page).count(), 0);
});

journey("on a phone the box is a sheet at the bottom, and every target fits a thumb",
  { browser: { viewport: PHONE, hasTouch: true, isMobile: true } },
  async ({ page }) => {
    await page.goto("/admin/developers");
    const name = (await names(page))[1];
    const reason = await ask(page, name);
    const sheet = await row(page, name).locator(".ask").boundingBox();
    assert.equal(sheet.x, 0);
    assert.equal(sheet.width, PHONE.width);
    assert.ok(Math.abs(sheet.y + sheet.height - PHONE.height) < 1, JSON.stringify(sheet));
    const size = await reason.evaluate((field) => parseFloat(getComputedStyle(field).fontSize));
    assert.ok(size >= 16, "iOS zooms into smaller fields");
    await button(row(page, name), "Reject").tap();
    await row(page, name).waitFor({ state: "detached" });
    const other = (await names(page))[0];
    await button(row(page, other), `More for ${other}`).tap();
    const menu = await row(page, other).locator(".menu").boundingBox();
    assert.ok(menu.x >= 0 && menu.x + menu.width <= PHONE.width, JSON.stringify(menu));
    await page.keyboard.press("Escape");
    await button(row(page, other), `Approve ${other}`).tap();
    await message(page).getByText(`Approved ${other}`).waitFor();
  });

journey("boxes and menus of the last row stay in the window", async ({ page }) => {
  await page.goto("/admin/developers?status=all");
  const name = (await names(page)).at(-1);
  await row(page, name).scrollIntoViewIfNeeded();
  await button(row(page, name), `More for ${name}`).click();
  const menu = await row(page, name).locator(".menu").boundingBox();
  assert.ok(menu.y >= 0 && menu.y + menu.height <= 900 && menu.x + menu.width <= 1280, JSON.stringify(menu));
});

journey("the desk from the keyboard alone", async ({ page }) => {
  await page.goto("/admin/developers?status=all&sort=-name");
  await page.keyboard.press("Tab");
  await becomes(() => focused(page), "Skip to content");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  // By Tab from the first row's name to its first button, which Space presses.
  const name = (await names(page)).find((n) => n === "Petra Pavlov");
  await row(page, name).locator(".name a").focus();
  await page.keyboard.press("Tab");
  await becomes(() => focused(page), `Approve ${name}`);
  await page.keyboard.press("Tab");
  await becomes(() => focused(page), `Reject ${name}`);
  await page.keyboard.press("Space");
  await page.keyboard.type("by keyboard");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.labels[0].textContent.trim()), "Quote the reason in the mail");
  await page.keyboard.press("Tab");
  await becomes(() => focused(page), "Reject");
  await page.keyboard.press("Space");
  await row(page, name).getByText("Rejected by Kim Lee").waitFor();
  await row(page, name).getByText("by keyboard").waitFor();
  // The name opens the record, and its way back leads here.
  await row(page, name).locator(".name a").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name, exact: true }).waitFor();
  await page.getByRole("link", { name: "Back to All" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForURL("**/admin/developers?status=all&sort=-name");
});

journey("when the last request is decided, all are caught up", async ({ page, desk }) => {
  await page.goto("/admin/developers?per_page=100");
  const left = await names(page);
  for (const name of left.slice(1)) {
    const email = await row(page, name).locator(".mail").textContent();
    await desk.act(email, "approve");
  }
  await page.reload();
  await page.getByText("1 is waiting for a decision").waitFor();
  await button(row(page, left[0]), `Approve ${left[0]}`).click();
  await page.getByRole("heading", { name: "All caught up" }).waitFor();
  await page.getByText("Nobody is waiting for a decision.").waitFor();
  await becomes(() => focused(page), "Developers");
  assert.equal(await page.locator(".empty a").count(), 1);
  assert.equal(await page.title(), "Requested (0) · Developers · Guestlist");
});

journey.closeWithValidPages();
