// When others are quicker, sessions end, lines break and the database does not answer.

import assert from "node:assert/strict";
import { KIM } from "./support/desk.mjs";
import { becomes, button, count, focused, holdBack, journeys, message, names, row } from "./support/journeys.mjs";
import { examine } from "./support/look.mjs";

const journey = journeys({ people: "people.csv" });

/** Who sits at the other desk. */
async function atTheOtherDesk(open, desk, address) {
  const theirs = await open({ as: await desk.marta() });
  await theirs.goto(address);
  return theirs;
}

async function reject(page, name, reason) {
  await button(row(page, name), `Reject ${name}`).click();
  await row(page, name).getByLabel(/Reason/).fill(reason);
  await page.keyboard.press("Enter");
}

journey("two admins, one request: the second sees who was quicker and the row as it is", { refusals: [409] }, async ({ page, open, desk }) => {
  const name = "Bela Brandt";
  await page.goto("/admin/developers");
  const before = await count(page, "requested");
  const theirs = await atTheOtherDesk(open, desk, "/admin/developers");
  await reject(theirs, name, "Not a partner.");
  await message(theirs).getByText(`Rejected ${name}`).waitFor();

  await button(row(page, name), `Approve ${name}`).click();
  await message(page).getByText("Nothing was changed. Marta Nowak rejected this just now.").waitFor();
  await row(page, name).getByText("Rejected by Marta Nowak").waitFor();
  await row(page, name).getByText("Not a partner.").waitFor();
  assert.equal(await row(page, name).locator(".chip").textContent(), "Rejected");
  assert.equal(await count(page, "requested"), before - 1);
  assert.equal(await count(page, "rejected"), await count(theirs, "rejected"));
  assert.equal(await page.title(), `Requested (${before - 1}) · Developers · Guestlist`);
  assert.equal(await focused(page), name);
  assert.equal(await row(page, name).getAttribute("role"), "row");
  await examine(page, "requested-conflict");

  // What the row offers now is what is allowed now, and it works.
  await button(row(page, name), `Approve ${name}`).click();
  await message(page).getByText(`Approved ${name}`).waitFor();
  assert.deepEqual((await desk.entries("bela.brandt", "developer.approved")).length, 1);
});

journey("the same decision twice is a conflict too, not a repetition", { refusals: [409] }, async ({ page, open, desk }) => {
  const name = "Carla Castell";
  await page.goto("/admin/developers");
  await desk.act("carla.castell@one.example", "approve", { who: await desk.marta() });
  await button(row(page, name), `Approve ${name}`).click();
  await message(page).getByText("Marta Nowak approved this").waitFor();
  assert.equal((await desk.entries("carla.castell", "developer.approved")).length, 1);
});

journey("a developer deleted elsewhere leaves the list", { refusals: [404] }, async ({ page, desk }) => {
  const name = "Dario Dubois";
  await page.goto("/admin/developers");
  const before = await count(page, "requested");
  await desk.remove("dario.dubois@one.example");
  await button(row(page, name), `Approve ${name}`).click();
  await message(page).getByText("no longer exists").waitFor();
  await row(page, name).waitFor({ state: "detached" });
  assert.equal(await count(page, "requested"), before - 1);
  assert.notEqual(await focused(page), "BODY");
});

journey("a session that ended elsewhere: sign in and back to the same address, nothing in the row", { refusals: [401] }, async ({ desk, open }) => {
  const session = await desk.signIn(KIM);
  const page = await open({ as: session });
  await page.goto("/admin/developers?status=requested&sort=name&q=one.example");
  await desk.post("/admin/logout", {}, session);
  const swapped = page.evaluate(() => new Promise((done) => {
    const html = document.querySelector("#rows").innerHTML;
    addEventListener("pagehide", () => done(document.querySelector("#rows").innerHTML.replace(/ (disabled|aria-busy)="[^"]*"/g, "") !== html.replace(/ (disabled|aria-busy)="[^"]*"/g, "")));
  })).catch(() => null);
  await button(row(page, "Edda Ekman"), "Approve Edda Ekman").click();
  await page.waitForURL("**/admin/login?next=*");
  assert.notEqual(await swapped, true);
  await page.getByLabel("Email").fill(KIM.email);
  await page.getByLabel("Password", { exact: true }).fill(KIM.password);
  await button(page, "Sign in").click();
  await page.waitForURL("**/admin/developers?status=requested&sort=name&q=one.example");
  await row(page, "Edda Ekman").waitFor();
});

journey("a search after the session ended leads to the door as well", { refusals: [401] }, async ({ desk, open }) => {
  const session = await desk.signIn(KIM);
  const page = await open({ as: session });
  await page.goto("/admin/developers?status=all");
  await desk.post("/admin/logout", {}, session);
  await page.getByRole("searchbox").fill("ada");
  await page.waitForURL("**/admin/login?next=*");
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
});

journey("offline: a message, nothing lost, and Retry does it", { offline: true }, async ({ page, context, desk }) => {
  const name = "Farid Fontana";
  await page.goto("/admin/developers");
  await context.setOffline(true);
  await reject(page, name, "Typed before the tunnel");
  await message(page).getByText("Guestlist did not answer. Nothing you typed is lost.").waitFor();
  assert.equal(await row(page, name).getByLabel(/Reason/).inputValue(), "Typed before the tunnel");
  assert.equal(await row(page, name).locator("[aria-busy]").count(), 0);
  await examine(page, "requested-offline");
  await context.setOffline(false);
  await button(page, "Retry").click();
  await message(page).getByText(`Rejected ${name}`).waitFor();
  assert.match((await desk.entries("farid.fontana", "developer.rejected"))[0], /Typed before the tunnel/);
});

journey("offline while searching: a message, and Retry finds", { offline: true }, async ({ page, context }) => {
  await page.goto("/admin/developers?status=all");
  await context.setOffline(true);
  await page.getByRole("searchbox").fill("noor haddad");
  await message(page).getByText("did not answer").waitFor();
  assert.ok((await names(page)).length > 1);
  await context.setOffline(false);
  await button(page, "Retry").click();
  await becomes(() => names(page).then(String), "Noor Haddad");
  assert.equal(await message(page).count(), 0);
});

journey("an answer that never comes is given up", { offline: true }, async ({ page }) => {
  await page.clock.install();
  await page.goto("/admin/developers");
  const held = await holdBack(page, (request) => request.method() === "POST");
  await button(row(page, "Jonas Jansen"), "Approve Jonas Jansen").click();
  await becomes(() => held.seen.length, 1);
  await page.clock.runFor(15_100);
  await message(page).getByText("did not answer").waitFor();
  assert.equal(await button(row(page, "Jonas Jansen"), "Approve Jonas Jansen").isEnabled(), true);
  held.release();
});

journey("a fault of the server: the request id to tell, the button free again, the focus on it", { refusals: [500] }, async ({ page }) => {
  const name = "Greta Gruber";
  await page.goto("/admin/developers");
  let faults = 1;
  await page.route("**/transitions", (route) =>
    faults-- > 0
      ? route.fulfill({ status: 500, headers: { "content-type": "text/html", "x-request-id": "8d4c-1" }, body: "<p>no</p>" })
      : route.fallback());
  await button(row(page, name), `Approve ${name}`).click();
  await message(page).getByText("Guestlist could not do this (500). Request id: 8d4c-1").waitFor();
  await becomes(() => focused(page), `Approve ${name}`);
  assert.equal(await button(row(page, name), `Approve ${name}`).isEnabled(), true);
  await examine(page, "requested-fault");
  await button(page, "Dismiss").click();
  assert.equal(await message(page).count(), 0);
  await button(row(page, name), `Approve ${name}`).click();
  await message(page).getByText(`Approved ${name}`).waitFor();
});

journey("too many, too large, not allowed: said, and nothing lands in the row", { refusals: [403, 413, 422, 429] }, async ({ page }) => {
  await page.goto("/admin/developers");
  const name = (await names(page))[0];
  // The desk itself: a reason that is too long gets past the field only by a script.
  await button(row(page, name), `Reject ${name}`).click();
  const reason = row(page, name).getByLabel(/Reason/);
  await reason.evaluate((field) => {
    field.removeAttribute("maxlength");
    field.value = "x".repeat(2_001);
  });
  await page.keyboard.press("Enter");
  await message(page).getByText(/at most 2,?000/).waitFor();
  assert.equal((await reason.inputValue()).length, 2_001);
  await reason.evaluate((field) => (field.value = "x".repeat(70_000)));
  await page.keyboard.press("Enter");
  await message(page).getByText("The form is too large").waitFor();
  assert.equal((await reason.inputValue()).length, 70_000);
  assert.equal(await row(page, name).locator("td").count(), 6);
});

journey("a database that does not answer: 503 in words within three seconds, and whole again at once", { refusals: [503] }, async ({ page, desk, t }) => {
  const name = "Hugo Halonen";
  await page.goto("/admin/developers");
  desk.freezeDatabase();
  try {
    const begun = performance.now();
    await button(row(page, name), `Approve ${name}`).click();
    await message(page).getByText(/Guestlist could not do this \(503\)\. Request id: \S{8}/).waitFor();
    assert.ok(performance.now() - begun < 3_500, `${performance.now() - begun} ms`);
    assert.equal(await row(page, name).count(), 1);
    await page.goto("/admin/activity");
    await page.getByRole("heading", { name: "Guestlist is busy" }).waitFor();
    await page.getByText("Request id:").waitFor();
    await examine(page, "error-503");
  } finally {
    desk.thawDatabase();
  }
  const back = performance.now();
  await becomes(async () => (await desk.get("/readyz")).status, 200);
  t.diagnostic(`whole again after ${Math.round(performance.now() - back)} ms`);
  await button(page, "Try again").or(page.getByRole("link", { name: "Try again" })).click();
  await page.getByRole("heading", { name: "Developers" }).waitFor();
  // The move was not acknowledged; whichever way it ended, the desk shows the truth.
  const done = await desk.entries("hugo.halonen", "developer.approved");
  assert.equal(await row(page, name).count(), done.length === 0 ? 1 : 0);
});

journey.closeWithValidPages();
