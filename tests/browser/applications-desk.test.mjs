// Applications as admins decide about them: the developers' list once more, and what is said of owners and keys.

import assert from "node:assert/strict";
import { check, decide, isAnswered, newApplication, newKey, shortly } from "./support/applications.mjs";
import { set } from "./support/invite.mjs";
import { DESKTOP, PHONE, becomes, button, count, focused, holdBack, journeys, message, names, row } from "./support/journeys.mjs";
import { examine, sideways } from "./support/look.mjs";
import { isRefused, member, somebody } from "./support/portal.mjs";

const waiting = ["Anemometer", "Barometer", "Compass", "Dewpoint", "Echo", "Forecast", "Gale", "Hailstone", "Icicle", "Jetstream", "Kelvin", "Lightning"];
const many = Array.from({ length: 18 }, (_, i) => `Mist ${i + 10}`);

/** Three owners, thirty requests, and some of every other status; Nimbus and Overcast have keys. */
async function furnish(desk) {
  await set(desk, { application_auto_approval: "off" });
  const [ada, bela, cleo] = await Promise.all(["Ada Byron", "Bela Brandt", "Cleo Castell"].map((name) => member(desk, somebody(name))));
  desk.ada = ada;
  desk.bela = bela;
  desk.cleo = cleo;
  desk.applications = {};
  for (const [i, name] of [...waiting, ...many].entries()) {
    desk.applications[name] = await newApplication(desk, i % 2 ? ada : bela, name, { description: `Shows the ${name.toLowerCase()}\nof every field.` });
  }
  const decided = { Nimbus: ["approve"], Overcast: ["approve"], Pressure: ["approve"], Rainfall: ["approve"], Snow: ["reject"], Tornado: ["reject"], Updraft: ["approve", "revoke"] };
  for (const [name, actions] of Object.entries(decided)) {
    desk.applications[name] = await newApplication(desk, cleo, name);
    for (const action of actions) await decide(desk, desk.applications[name], action, { reason: `Because of ${name}` });
  }
  desk.keys = [await newKey(desk, cleo, desk.applications.Nimbus), await newKey(desk, cleo, desk.applications.Nimbus, "Laptop")];
  desk.overcast = await newKey(desk, cleo, desk.applications.Overcast);
}

const journey = journeys({ mail: true, furnish });
const posts = (request) => request.method() === "POST";

async function ask(page, name, verb) {
  await button(row(page, name), `${verb} ${name}`).click();
  const reason = row(page, name).getByLabel(/Reason/);
  await reason.waitFor();
  return reason;
}

const text = async (place) => (await place.textContent()).replace(/\s+/g, " ");

journey("the tab stands beside the developers', with the same tabs, numbers and title", async ({ page }) => {
  await page.goto("/admin/developers");
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Applications" }).click();
  await page.getByRole("heading", { name: "Applications" }).waitFor();
  assert.ok(await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Applications" }).getAttribute("aria-current"));
  const nav = page.getByRole("navigation", { name: "Status" });
  const counts = [];
  for (const tab of ["Requested", "Approved", "Rejected", "Revoked", "All"]) {
    await nav.getByRole("link", { name: new RegExp(`^${tab}`) }).click();
    await nav.locator("[aria-current=page]").getByText(tab).waitFor();
    const number = await nav.locator("[aria-current=page] .count").textContent();
    assert.equal(await page.title(), `${tab} (${number}) · Applications · Guestlist`);
    assert.equal(await page.locator("#total").textContent(), number === "1" ? "1 application" : `${number} applications`);
    counts.push(Number(number));
  }
  assert.deepEqual(counts, [30, 4, 2, 1, 37]);
});

journey("a row tells the application, its owner and what it is for", async ({ page, desk }) => {
  await page.goto("/admin/applications");
  assert.equal((await names(page))[0], "Anemometer");
  await page.getByText(/^30 are waiting for a decision/).waitFor();
  const first = row(page, "Anemometer");
  assert.equal(await first.getAttribute("id"), `application-${desk.applications.Anemometer.id}`);
  assert.equal(await first.locator(".mail").textContent(), desk.bela.email);
  assert.match(await text(first), /Shows the anemometer of every field\..*Bela Brandt/);
  assert.equal(await first.locator(".chip").textContent(), "Approved");
  await first.getByRole("link", { name: "Bela Brandt" }).click();
  await page.getByRole("heading", { name: "Bela Brandt" }).waitFor();
  await page.goto("/admin/applications?status=rejected");
  assert.match(await text(row(page, "Snow")), /Cleo Castell Approved · Because of Snow.*(just now|ago).*by Kim Lee/);
});

journey("an owner who is not approved is named as such on the row and on the page", async ({ page, desk }) => {
  const dora = await member(desk, somebody("Dora Draper"));
  const application = await newApplication(desk, dora, "Drizzle");
  await desk.act(dora.email, "revoke");
  await page.goto("/admin/applications?q=Drizzle");
  assert.equal(await row(page, "Drizzle").locator(".chip").textContent(), "Revoked");
  await examine(page, "applications-owner-revoked");
  await page.goto(application.desk);
  assert.match(await text(page.locator("dl")), /Owner Dora Draper Revoked/);
  assert.equal(await page.locator(".record header .chip").textContent(), "Requested");
  await desk.remove(dora.email);
});

journey("approving takes the row away, and all numbers and the focus follow in one answer", async ({ page, desk }) => {
  await page.goto("/admin/applications");
  const [before, approved, all] = [await count(page, "requested"), await count(page, "approved"), await count(page, "all")];
  const asked = [];
  page.on("request", (request) => request.url().includes("/admin/") && asked.push(request.method()));
  await button(row(page, "Barometer"), "Approve Barometer").click();
  await row(page, "Barometer").waitFor({ state: "detached" });
  await message(page).getByText("Approved Barometer").waitFor();
  assert.equal(await count(page, "requested"), before - 1);
  assert.equal(await count(page, "approved"), approved + 1);
  assert.equal(await count(page, "all"), all);
  assert.equal(await page.title(), `Requested (${before - 1}) · Applications · Guestlist`);
  assert.match(await page.locator("#waiting").textContent(), new RegExp(`^${before - 1} are waiting`));
  assert.equal(await page.locator("#total").textContent(), `${before - 1} applications`);
  await becomes(() => focused(page), "Compass");
  assert.deepEqual(asked, ["POST"]);
  await newKey(desk, desk.ada, desk.applications.Barometer);
  await desk.sink.next(desk.ada.email, /approved/i, "Barometer");
});

journey("a rejection takes a reason by Enter, and the log keeps it", async ({ page, desk }) => {
  await page.goto("/admin/applications");
  const reason = await ask(page, "Dewpoint", "Reject");
  assert.ok(await reason.evaluate((field) => field === document.activeElement));
  // Nothing is blocked by an application that was refused.
  assert.equal(await row(page, "Dewpoint").getByText(/stays blocked/).count(), 0);
  await page.keyboard.type("No such field.");
  await page.keyboard.press("Enter");
  await message(page).getByText("Rejected Dewpoint").waitFor();
  await becomes(() => focused(page), "Echo");
  await page.goto("/admin/applications?status=rejected");
  assert.match(await text(row(page, "Dewpoint")), /Ada Byron Approved · No such field\..*just now.*by Kim Lee/);
  const [entry] = await desk.entries(desk.ada.email, "application.rejected");
  assert.match(entry, /Kim Lee.*Dewpoint.*requested → rejected.*No such field/);
});

journey("before a revoke the box says what will stop, and it stops; giving access back brings it back", async ({ page, desk }) => {
  const [first] = desk.keys;
  await isAnswered(desk, first, 204);
  for (const list of ["/admin/applications?status=approved", "/admin/applications?status=all&q=Nimbus", desk.applications.Nimbus.desk]) {
    await page.goto(list);
    await page.getByRole("button", { name: "Revoke Nimbus" }).click();
    const box = page.locator(".ask:popover-open");
    assert.match(await text(box), /Stops at once: (1 application, )?2 keys; (last used: “Production”, |none was used yet)/, list);
    await page.keyboard.press("Escape");
  }
  await page.goto("/admin/applications?status=approved");
  await ask(page, "Nimbus", "Revoke");
  await examine(page, "applications-box-stops");
  await page.keyboard.type("Out of use");
  await button(row(page, "Nimbus"), "Revoke").click();
  await message(page).getByText("Revoked Nimbus").waitFor();
  await isAnswered(desk, first, 403);
  await page.goto("/admin/applications?status=revoked");
  await row(page, "Nimbus").getByText("Out of use").waitFor();
  await button(row(page, "Nimbus"), "Re-approve Nimbus").click();
  await row(page, "Nimbus").waitFor({ state: "detached" });
  await isAnswered(desk, first, 204);
});

journey("where nothing would stop, nothing is said of it", async ({ page }) => {
  await page.goto("/admin/applications?status=approved");
  await ask(page, "Pressure", "Revoke");
  assert.equal(await row(page, "Pressure").getByText(/Stops at once.*key/).count(), 0);
  await page.goto("/admin/applications");
  await ask(page, "Compass", "Reject");
  assert.equal(await row(page, "Compass").getByText("Stops at once").count(), 0);
});

journey("on All the row shows its new state and its new actions", async ({ page }) => {
  await page.goto("/admin/applications?status=all&sort=name");
  const echo = row(page, "Echo");
  await button(echo, "Approve Echo").click();
  await echo.getByText("Approved by Kim Lee").waitFor();
  await echo.getByRole("link", { name: "Bela Brandt" }).waitFor();
  assert.equal(await echo.locator(".note .chip").textContent(), "Approved");
  await button(echo, "Revoke Echo").waitFor();
  assert.equal(await echo.getAttribute("role"), "row");
  assert.notEqual(await focused(page), "BODY");
});

journey("each tab offers what the table of moves allows, and no row offers Delete beside it", async ({ page }) => {
  const offered = { requested: ["Approve", "Reject"], approved: ["Revoke"], rejected: ["Approve"], revoked: ["Re-approve"] };
  for (const [tab, verbs] of Object.entries(offered)) {
    await page.goto(`/admin/applications?status=${tab}`);
    const name = (await names(page))[0];
    const shown = await row(page, name).locator(".moves > :is(button, form)").evaluateAll((all) =>
      all.map((e) => e.getAttribute("aria-label") ?? e.querySelector("button").getAttribute("aria-label")));
    assert.deepEqual(shown, [...verbs.map((verb) => `${verb} ${name}`), `More for ${name}`]);
    await button(row(page, name), `More for ${name}`).click();
    assert.deepEqual(await row(page, name).locator(".menu").getByRole("link").allTextContents(), ["View details", "Delete…"]);
  }
});

journey("ten fast clicks make one request, one move and one entry", async ({ page, desk }) => {
  await page.goto("/admin/applications");
  const held = await holdBack(page, posts);
  await button(row(page, "Forecast"), "Approve Forecast").evaluate((pressed) => {
    for (let i = 0; i < 10; i++) pressed.click();
  });
  await becomes(() => held.seen.length, 1);
  held.release();
  await row(page, "Forecast").waitFor({ state: "detached" });
  assert.equal(held.seen.length, 1);
  const entries = (await desk.entries(desk.ada.email, "application.approved")).filter((entry) => entry.includes("Forecast"));
  assert.equal(entries.length, 1);
});

journey("two admins, one application: the second sees who was quicker and the row as it is", { refusals: [409] }, async ({ page, desk }) => {
  await page.goto("/admin/applications");
  const before = await count(page, "requested");
  // What a developer does to their keys is no decision.
  await decide(desk, desk.applications.Gale, "reject", { who: await desk.marta(), reason: "Not a partner." });
  await button(row(page, "Gale"), "Approve Gale").click();
  await message(page).getByText("Nothing was changed. Marta Nowak rejected this just now.").waitFor();
  await row(page, "Gale").getByText("Rejected by Marta Nowak").waitFor();
  await row(page, "Gale").getByText("Not a partner.").waitFor();
  assert.equal(await row(page, "Gale").locator(".note .chip").textContent(), "Rejected");
  assert.equal(await count(page, "requested"), before - 1);
  assert.equal(await focused(page), "Gale");
  await examine(page, "applications-conflict");
  await button(row(page, "Gale"), "Approve Gale").click();
  await message(page).getByText("Approved Gale").waitFor();
});

journey("keys that come and go in between are no conflict", async ({ page, desk }) => {
  await page.goto("/admin/applications?status=approved");
  await newKey(desk, desk.cleo, desk.applications.Rainfall, "Meanwhile");
  await ask(page, "Rainfall", "Revoke");
  await button(row(page, "Rainfall"), "Revoke").click();
  await message(page).getByText("Revoked Rainfall").waitFor();
  await page.goto(desk.applications.Rainfall.desk);
  assert.match(await text(page.locator(".timeline").last()), /Revoked.*Kim Lee.*Key created.*Meanwhile/i);
});

journey("an application deleted elsewhere leaves the list", { refusals: [404] }, async ({ page, desk }) => {
  await page.goto("/admin/applications");
  const before = await count(page, "requested");
  const gone = await desk.post(`${desk.applications.Hailstone.path}/delete`, {}, desk.ada.session);
  assert.equal(gone.status, 303);
  await button(row(page, "Hailstone"), "Approve Hailstone").click();
  await message(page).getByText("no longer exists").waitFor();
  await row(page, "Hailstone").waitFor({ state: "detached" });
  assert.equal(await count(page, "requested"), before - 1);
  assert.notEqual(await focused(page), "BODY");
});

journey("deleting names what is lost, begins on Cancel and leads back", async ({ page, desk }) => {
  const address = "/admin/applications?status=approved&sort=name";
  await page.goto(address);
  const before = await count(page, "approved");
  const open = async () => {
    await button(row(page, "Overcast"), "More for Overcast").click();
    await row(page, "Overcast").getByRole("link", { name: "Delete…" }).click();
    await page.getByRole("heading", { name: "Delete Overcast?" }).waitFor();
  };
  await open();
  await becomes(() => focused(page), "Cancel");
  const said = await text(page.locator("main"));
  for (const part of [desk.cleo.email, "cannot be undone", "the record with name", "1 key", "audit log keeps"]) assert.ok(said.includes(part), part);
  await examine(page, "application-delete-desk");
  await page.keyboard.press("Enter");
  await page.waitForURL(`**${address}`);
  await open();
  await button(page, "Delete Overcast").click();
  await page.waitForURL(`**${address}`);
  await message(page).getByText("Deleted Overcast").waitFor();
  assert.equal(await row(page, "Overcast").count(), 0);
  assert.equal(await count(page, "approved"), before - 1);
  await isAnswered(desk, desk.overcast, 401);
});

journey("a search finds names and owners' addresses, keeps the tab and says where there are more", async ({ page, desk }) => {
  await page.goto("/admin/applications");
  const box = page.getByRole("searchbox");
  await box.fill("kelv");
  await becomes(() => names(page).then(String), "Kelvin");
  assert.equal(new URL(page.url()).searchParams.get("q"), "kelv");
  await box.fill(desk.cleo.email);
  await page.getByRole("heading", { name: `No matches for “${desk.cleo.email}” in Requested` }).waitFor();
  await page.getByRole("link", { name: /^Search all statuses \(\d\)$/ }).click();
  await page.waitForURL("**/admin/applications?status=all&q=*");
  assert.ok((await names(page)).includes("Snow"));
  await box.fill("nothing of the kind");
  await page.getByRole("heading", { name: "No matches" }).waitFor();
  await examine(page, "applications-no-match");
  await page.getByRole("link", { name: "Clear the search" }).click();
  await page.waitForURL("**/admin/applications?status=all");
});

journey("headers sort, pages follow each other, and Back never shows a fragment", async ({ page }) => {
  await page.goto("/admin/applications?status=all");
  await page.getByRole("columnheader", { name: "Name" }).getByRole("link").click();
  await page.waitForURL("**sort=name*");
  const first = await names(page);
  assert.deepEqual(first, [...first].sort());
  await page.getByRole("link", { name: "Next", exact: true }).click();
  await page.waitForURL("**after=*");
  const second = await names(page);
  assert.deepEqual([...first, ...second], [...first, ...second].sort());
  await row(page, second[0]).locator(".name a").click();
  await page.getByRole("heading", { name: second[0], exact: true }).waitFor();
  await page.getByRole("link", { name: "Previous application" }).click();
  await page.getByRole("heading", { name: first.at(-1), exact: true }).waitFor();
  await page.getByRole("link", { name: "Back to All" }).click();
  await page.waitForURL("**/admin/applications?status=all&sort=name&after=*");
  assert.deepEqual(await names(page), second);
  await page.getByRole("searchbox").fill("mist 1");
  await becomes(async () => (await names(page)).length, 10);
  await row(page, "Mist 12").locator(".name a").click();
  await page.getByRole("heading", { name: "Mist 12" }).waitFor();
  await page.goBack();
  await becomes(async () => (await names(page)).length, 10);
  await page.getByRole("navigation", { name: "Main" }).waitFor();
  assert.equal(await page.locator("h1").count(), 1);
  assert.equal(await page.getByRole("searchbox").inputValue(), "mist 1");
  await page.goForward();
  await page.getByRole("heading", { name: "Mist 12" }).waitFor();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
});

journey("an application's page: facts, keys, decisions in place and a timeline", { refusals: [409] }, async ({ page, desk }) => {
  const application = await newApplication(desk, desk.cleo, "Vane", { description: "Which way\nit blows.", callback_url: "https://vane.example/back" });
  await page.goto(application.desk);
  assert.equal(await page.title(), "Vane · Applications · Guestlist");
  const facts = await text(page.locator("dl"));
  for (const fact of ["Owner Cleo Castell", desk.cleo.email, "Which way it blows.", "https://vane.example/back", "UTC"]) assert.ok(facts.includes(fact), fact);
  assert.match(await page.getByRole("link", { name: "https://vane.example/back" }).getAttribute("rel"), /noreferrer/);
  await button(page, "Approve Vane").click();
  await button(page, "Revoke Vane").waitFor();
  await message(page).getByText("Approved Vane").waitFor();
  assert.equal(await focused(page), "Vane");
  const secret = await newKey(desk, desk.cleo, application);
  await page.reload();
  await page.getByRole("region", { name: "Keys" }).getByText(shortly(secret)).waitFor();
  assert.equal((await page.content()).includes(secret), false);
  const events = await page.locator(".timeline").last().getByRole("listitem").allTextContents();
  const what = events.map((event) => event.replace(/\s+/g, " ").split(/ by | waits| not sent| sent/)[0].trim());
  assert.match(what.join(" | "), /^Key created “Production” \(glk_.{4}….{4}\).*Application approved.*Application created/);
  await examine(page, "application-record-approved");
  await decide(desk, application, "revoke", { who: await desk.marta(), reason: "Quicker" });
  await button(page, "Revoke Vane").click();
  await page.locator(".ask:popover-open").getByRole("button", { name: "Revoke", exact: true }).click();
  await message(page).getByText("Marta Nowak revoked this").waitFor();
  await button(page, "Re-approve Vane").waitFor();
});

for (const script of [true, false]) {
  const how = script ? "" : " without JavaScript";

  journey(`an application is edited, right and wrong, and never over somebody else's words${how}`, { browser: { script }, refusals: [409, 422] }, async ({ page, desk }) => {
    const application = await newApplication(desk, desk.cleo, `Windsock${script ? "" : " 2"}`, { description: "As it was" });
    await page.goto(application.desk);
    await page.getByText("Edit application").click();
    await page.getByLabel("Name", { exact: true }).fill(" ");
    await page.getByLabel("Callback URL").fill("ftp://x.example");
    await page.getByLabel("Description").fill("Typed");
    await button(page, "Save").click();
    await isRefused(page, ["name", "callback_url"]);
    assert.equal(await page.getByLabel("Description").inputValue(), "Typed");
    assert.equal(await page.getByLabel("Callback URL").inputValue(), "ftp://x.example");
    if (script) await examine(page, "application-record-refused");
    await page.getByLabel("Name", { exact: true }).fill("Wind bag");
    await page.getByLabel("Callback URL").fill("");
    await button(page, "Save").click();
    await message(page).getByText("Saved Wind bag").waitFor();
    assert.match(await text(page.locator(".timeline").last()), /Edited.*As it was → Typed/i);
    // The owner changes it meanwhile.
    await page.getByText("Edit application").click();
    const theirs = await desk.post(application.path, { name: "Theirs", description: "", callback_url: "" }, desk.cleo.session);
    assert.equal(theirs.status, 303);
    await page.getByLabel("Name", { exact: true }).fill("Mine");
    await button(page, "Save").click();
    await page.getByRole("heading", { name: "Nothing was changed" }).waitFor();
    await page.getByText(/Cleo Castell edited this/).waitFor();
    await page.getByRole("heading", { name: "Theirs" }).waitFor();
    await desk.post(`${application.path}/delete`, {}, desk.cleo.session);
  });
}

for (const viewport of [DESKTOP, PHONE]) {
  const how = viewport === PHONE ? " on a phone" : "";
  const [first, second, third, approved] = viewport === PHONE ? ["Mist 10", "Mist 11", "Mist 12", "Mist 13"] : ["Mist 20", "Mist 21", "Mist 22", "Mist 23"];

  journey(`without JavaScript${how}: approving, rejecting, revoking, giving back, deleting`, { browser: { script: false, viewport }, refusals: [409] }, async ({ page, desk }) => {
    await page.goto("/admin/applications?per_page=50");
    const before = await count(page, "requested");
    await button(row(page, first), `Approve ${first}`).click();
    await message(page).getByText(`Approved ${first}`).waitFor();
    assert.equal(new URL(page.url()).pathname, "/admin/applications");
    assert.equal(await count(page, "requested"), before - 1);
    assert.deepEqual(await sideways(page), []);
    await button(row(page, second), `Reject ${second}`).click();
    await row(page, second).getByLabel(/Reason/).fill("No, for\ntwo reasons.");
    await button(row(page, second), "Reject").click();
    await message(page).getByText(`Rejected ${second}`).waitFor();
    await page.goto("/admin/applications?status=rejected");
    await row(page, second).getByText("two reasons").waitFor();

    await decide(desk, desk.applications[approved], "approve");
    await page.goto("/admin/applications?status=approved&per_page=50");
    await button(row(page, approved), `Revoke ${approved}`).click();
    await button(row(page, approved), "Revoke").click();
    await message(page).getByText(`Revoked ${approved}`).waitFor();
    assert.equal(new URL(page.url()).search, "?status=approved&per_page=50");
    await page.goto("/admin/applications?status=revoked");
    await button(row(page, approved), `Re-approve ${approved}`).click();
    await message(page).getByText(`Re-approved ${approved}`).waitFor();

    await page.goto("/admin/applications?sort=name&per_page=50");
    await decide(desk, desk.applications[third], "reject", { who: await desk.marta(), reason: "Marta was here" });
    await button(row(page, third), `Approve ${third}`).click();
    await page.getByRole("heading", { name: "Nothing was changed" }).waitFor();
    assert.match(await page.getByRole("alert").textContent(), /Marta Nowak rejected this just now/);
    assert.equal(await page.locator(".record header .chip").textContent(), "Rejected");
    await page.getByRole("link", { name: "Delete…" }).click();
    await button(page, `Delete ${third}`).click();
    await message(page).getByText(`Deleted ${third}`).waitFor();
    assert.equal(new URL(page.url()).pathname, "/admin/applications");
  });
}

journey("on a phone rows are cards, the box is a sheet, and every target fits a thumb", { browser: { viewport: PHONE, hasTouch: true, isMobile: true } }, async ({ page }) => {
  await page.goto("/admin/applications");
  const name = (await names(page))[1];
  await ask(page, name, "Reject");
  const sheet = await row(page, name).locator(".ask").boundingBox();
  assert.equal(sheet.width, PHONE.width);
  assert.ok(Math.abs(sheet.y + sheet.height - PHONE.height) < 1, JSON.stringify(sheet));
  await button(row(page, name), "Cancel").tap();
  const other = (await names(page))[0];
  await button(row(page, other), `Approve ${other}`).tap();
  await message(page).getByText(`Approved ${other}`).waitFor();
});

journey("the table is a table to those who listen", async ({ page, desk }) => {
  await page.goto("/admin/applications");
  const tree = await page.locator("#list").ariaSnapshot();
  assert.match(tree, /- table "Applications"/);
  assert.match(tree, /- columnheader "Owner"/);
  assert.match(tree, new RegExp(`- cell "${desk.ada.email.replaceAll(".", "\\.")}"`));
  assert.match(tree, /- button "Approve Lightning"/);
  const landmarks = await page.evaluate(() => [...document.querySelectorAll("nav")].map((nav) => nav.getAttribute("aria-label")));
  assert.equal(new Set(landmarks).size, landmarks.length);
});

journey("the developer's page lists applications and keys, linked, with what they are now", async ({ page, desk }) => {
  const { path } = await desk.find(desk.cleo.email);
  await page.goto(path);
  const holdings = page.getByRole("region", { name: "Applications and keys" });
  const said = await text(holdings);
  assert.match(said, new RegExp(`Nimbus Approved.*Laptop ${shortly(desk.keys[1])}.*Production ${shortly(desk.keys[0])} Created .*(last used|never used)`));
  for (const secret of desk.keys) assert.equal((await page.content()).includes(secret), false);
  await page.getByRole("button", { name: /^Revoke Cleo Castell/ }).click();
  await page.locator(".ask:popover-open").getByText(/Stops at once: .*session.*application.*keys?/).waitFor();
  await examine(page, "record-with-keys");
  await page.keyboard.press("Escape");
  await holdings.getByRole("link", { name: "Nimbus" }).click();
  await page.getByRole("heading", { name: "Nimbus" }).waitFor();
  await page.goto(`${path}/delete`);
  assert.match(await text(page.locator("main")), /\d+ applications.*keys?/);
  await examine(page, "delete-with-keys");
});

journey("nobody has registered an application yet", async ({ page, desk }) => {
  const ella = await member(desk, somebody("Ella Ekman"));
  await page.goto((await desk.find(ella.email)).path);
  await page.getByRole("region", { name: "Applications and keys" }).getByText("None yet").waitFor();
});

journey("when the last request is decided, all are caught up", async ({ page, desk }) => {
  await page.goto("/admin/applications?per_page=100");
  const left = await names(page);
  const ids = await page.locator("#rows tr").evaluateAll((all) => all.map((e) => e.id.replace("application-", "")));
  for (const id of ids.slice(1)) await decide(desk, { desk: `/admin/applications/${id}` }, "approve");
  await page.reload();
  await page.getByText("1 is waiting for a decision").waitFor();
  await button(row(page, left[0]), `Approve ${left[0]}`).click();
  await page.getByRole("heading", { name: "All caught up" }).waitFor();
  await becomes(() => focused(page), "Applications");
  assert.equal(await page.title(), "Requested (0) · Applications · Guestlist");
  assert.equal(await page.locator(".empty a").count(), 1);
  await examine(page, "applications-caught-up");
  assert.equal((await check(desk, desk.keys[0])).status, 204);
});

journey.closeWithValidPages();
