// Invitations that Guestlist sends: the list of them, and whoever follows a personal link. Mail goes through a real mail server.

import assert from "node:assert/strict";
import { DESKTOP, PHONE, becomes, button, journeys, message, row } from "./support/journeys.mjs";
import { check, dialog, field, openDialog, set } from "./support/invite.mjs";
import { examine, sideways } from "./support/look.mjs";
import { isRefused, passwordField, signIn, somebody } from "./support/portal.mjs";

const journey = journeys({ mail: true, people: "people.csv" });
const ways = [true, false].flatMap((script) => [DESKTOP, PHONE].map((viewport) => ({ script, viewport })));
const PASSWORD = "seven brass wheels turn";
const listed = (page, email) => page.locator("#rows tr").filter({ hasText: email });
const invited = (desk, email) => desk.sink.next(email, /You are invited to Guestlist/);
const sendFrom = (place) => button(place, "Send from Guestlist");

/** Sends an invitation to somebody nobody knows, and gives their mail. */
async function invite(desk, person = somebody()) {
  const answer = await desk.post("/admin/invitations", { addresses: person.email, via: "server" }, desk.kim);
  assert.ok(answer.status === 303, `${answer.status}`);
  const letter = await invited(desk, person.email);
  return { ...person, letter, path: new URL(letter.link).pathname };
}

async function fill(page, person, button_ = "Register") {
  await page.getByLabel("Full name").fill(person.name);
  await page.getByLabel("Company").fill(person.company);
  await page.getByLabel("Purpose").fill(person.purpose);
  await passwordField(page).fill(PASSWORD);
  await page.getByLabel("I accept the terms").check();
  await button(page, button_).click();
}

for (const { script, viewport } of ways) {
  const how = `${script ? "with" : "without"} JavaScript at ${viewport.width}`;
  const browser = { script, viewport };
  const seen = async (page, name) => {
    assert.deepEqual(await sideways(page), [], name);
    if (script && viewport === DESKTOP) await examine(page, name);
  };

  journey(`from the dialog to an account, ${how}`, { browser, refusals: [401, 409, 410] }, async ({ page, open, desk }) => {
    const [ada, ben] = [somebody(), somebody("Ben Booth")];
    await page.goto("/admin/developers");
    const box = await openDialog(page);
    await field(box).fill(`${ada.name} <${ada.email}>; ${ben.email}`);
    if (script) await becomes(() => check(box).textContent(), /2 ready/);
    await sendFrom(box).click();
    await page.getByText("2 invitations are on their way.").first().waitFor();
    await seen(page, "invite-sent");
    const letter = await invited(desk, ada.email);
    await invited(desk, ben.email);
    assert.match(letter.text, /^Hello,\n\nKim Lee invites you to Guestlist/);
    assert.match(letter.link, new RegExp(`^${desk.url}/register/\\S+$`));
    assert.doesNotMatch(letter.text, new RegExp(ben.email));

    await page.goto("/admin/invitations");
    await listed(page, ada.email).getByText("Sent", { exact: true }).waitFor();
    await listed(page, ada.email).getByText(/Kim Lee/).waitFor();

    const theirs = await open({ as: null, script, viewport });
    await theirs.goto(letter.link);
    await seen(theirs, "invited");
    const email = theirs.getByLabel("Email");
    if (await email.count()) assert.equal(await email.isEditable(), false);
    await theirs.getByText(ada.email).or(email).first().waitFor();
    await page.reload();
    await listed(page, ada.email).getByText("Opened", { exact: true }).waitFor();
    // A second tab, which is too late.
    const second = await theirs.context().newPage();
    await second.goto(letter.link);
    await fill(theirs, ada);
    await theirs.getByRole("heading", { name: "We have your request" }).waitFor();
    await seen(theirs, "received-invited");
    await fill(second, { ...ada, name: "Somebody Else" });
    await second.getByRole("heading", { name: "You have an account already" }).waitFor();
    await seen(second, "invitation-used");
    assert.equal((await desk.entries(ada.email, "developer.registered")).length, 1);
    // Nobody had to confirm an address.
    assert.ok(!desk.sink.subjectsTo(ada.email).some((subject) => /Confirm/.test(subject)));
    await desk.sink.next("kim@desk.example", /Ada Byron asks for access/, ada.email);

    await page.goto("/admin/invitations?show=registered");
    await listed(page, ada.email).getByText("Registered", { exact: true }).waitFor();
    await seen(page, "invitations-registered");
    await listed(page, ada.email).getByRole("link").first().click();
    await page.getByRole("heading", { name: ada.name }).waitFor();
    await page.getByText("Email verified").first().waitFor();
    await button(page, `Approve ${ada.name}`).click();
    await message(page).getByText(`Approved ${ada.name}`).waitFor();
    await signIn(theirs, { email: ada.email, password: PASSWORD });
    await theirs.getByRole("heading", { name: "Your account" }).waitFor();

    await page.goto("/admin/invitations");
    await listed(page, ben.email).getByRole("button", { name: /^Withdraw/ }).click();
    await message(page).getByText(`The invitation of ${ben.email} is withdrawn.`).waitFor();
    assert.equal(new URL(page.url()).pathname, "/admin/invitations");
  });
}

journey("impatient clicks send one mail", async ({ page, desk }) => {
  const ada = somebody();
  await page.goto("/admin/developers");
  const box = await openDialog(page);
  await field(box).fill(ada.email);
  await sendFrom(box).click({ clickCount: 3, delay: 5 });
  await box.getByText("1 invitation is on its way.").waitFor();
  await invited(desk, ada.email);
  assert.equal((await desk.entries(ada.email, "invitation.queued")).length, 1);
  // Whoever holds a link that works is not written to again from the box.
  await desk.post("/admin/invitations", { addresses: ada.email, via: "server" }, desk.kim);
  assert.equal((await desk.entries(ada.email, "invitation.queued")).length, 1);
});

for (const script of [true, false]) {
  const how = script ? "" : " without JavaScript";
  const seen = (page, name) => script && examine(page, name);
  const options = { browser: { script }, refusals: [404, 409, 410, 422, 429] };

  journey(`some are bad: the good ones go, the bad ones stay in the box${how}`, options, async ({ page, desk }) => {
    const ada = somebody();
    await page.goto("/admin/invitations/new");
    await field(page).fill(`${ada.email}, not-an-address, noor.haddad@two.example`);
    await sendFrom(page).click();
    await page.getByText("1 invitation is on its way.").first().waitFor();
    assert.equal((await field(page).inputValue()).trim(), "not-an-address");
    await seen(page, "invite-page-sent-some");
    await page.getByText(/needs an @/).first().waitFor();
    await invited(desk, ada.email);
    assert.deepEqual(desk.sink.subjectsTo("noor.haddad@two.example"), []);
  });

  journey(`sent again, and again, and too often; the older links are void${how}`, options, async ({ page, open, desk }) => {
    const ada = await invite(desk);
    await page.goto("/admin/invitations");
    const again = listed(page, ada.email).getByRole("button", { name: /^Resend/ });
    await again.click();
    await message(page).getByText(ada.email).waitFor();
    const { link } = await invited(desk, ada.email);
    assert.notEqual(link, ada.letter.link);
    const theirs = await open({ as: null, script });
    await theirs.goto(ada.letter.link);
    await theirs.getByRole("heading", { name: "A newer invitation was sent to you" }).waitFor();
    await seen(theirs, "invitation-replaced");
    await theirs.goto(link);
    await theirs.getByText(ada.email).or(theirs.getByLabel("Email")).first().waitFor();
    for (let i = 0; i < 2; i++) {
      await page.goto("/admin/invitations");
      await again.click();
      await message(page).getByText(ada.email).waitFor();
    }
    await page.goto("/admin/invitations");
    await again.click();
    await page.getByText(/too (many|often)|Wait/i).first().waitFor();
    await seen(page, "invitations-too-often");
  });

  journey(`withdrawn: the link says so and leads to the open form, and nothing more can be done about it${how}`, options, async ({ page, open, desk }) => {
    const ada = await invite(desk);
    await page.goto("/admin/invitations");
    const stale = await open({ script });
    await stale.goto("/admin/invitations");
    await listed(page, ada.email).getByRole("button", { name: /^Withdraw/ }).click();
    await message(page).getByText(`The invitation of ${ada.email} is withdrawn.`).waitFor();
    await page.goto("/admin/invitations?show=over");
    await listed(page, ada.email).getByText("Withdrawn", { exact: true }).waitFor();
    assert.equal(await listed(page, ada.email).getByRole("button").count(), 0);
    await seen(page, "invitations-over");
    await listed(stale, ada.email).getByRole("button", { name: /^Resend/ }).click();
    await stale.getByText("Nothing was changed").waitFor();
    assert.match(await stale.title(), /^Error: /);
    await seen(stale, "invitations-conflict");
    const theirs = await open({ as: null, script });
    await theirs.goto(ada.letter.link);
    await theirs.getByRole("heading", { name: "This invitation was withdrawn" }).waitFor();
    await seen(theirs, "invitation-withdrawn");
    await theirs.locator("main").getByRole("link", { name: /register|ask for access/i }).click();
    await theirs.waitForURL("**/register");
    await theirs.getByLabel("Email").waitFor();
    await theirs.goto("/register/nothing-at-all");
    await theirs.getByRole("heading", { name: "Page not found" }).or(theirs.getByText(/does not work/)).first().waitFor();
  });

  journey(`what is prepared can be sent from here, and what was refused says so${how}`, options, async ({ page, desk }) => {
    const [ada, ben] = [somebody(), somebody("Ben Booth")];
    await desk.post("/admin/invitations", { addresses: ada.email, via: "mail_app" }, desk.kim);
    await page.goto("/admin/invitations");
    await listed(page, ada.email).getByText("Prepared", { exact: true }).waitFor();
    await listed(page, ada.email).getByRole("button", { name: /^Send from Guestlist/ }).click();
    await message(page).getByText(ada.email).waitFor();
    await invited(desk, ada.email);
    await becomes(async () => {
      await page.goto("/admin/invitations");
      return listed(page, ada.email).textContent();
    }, /Sent/);
    desk.sink.refuse(ben.email);
    await desk.post("/admin/invitations", { addresses: ben.email, via: "server" }, desk.kim);
    await becomes(async () => {
      await page.goto("/admin/invitations");
      return listed(page, ben.email).textContent();
    }, /Failed/);
    await seen(page, "invitations-open");
    await listed(page, ben.email).getByRole("link", { name: "See the mail" }).click();
    await page.getByText(/nobody has this address/i).first().waitFor();
  });

  journey(`a form that is wrong keeps what was typed, and its address${how}`, options, async ({ open, desk }) => {
    const ada = await invite(desk);
    const page = await open({ as: null, script });
    await page.goto(ada.letter.link);
    await page.getByLabel("Full name").fill(" ");
    await page.getByLabel("Company").fill("Kept");
    await passwordField(page).fill(ada.email);
    await button(page, "Register").click();
    await isRefused(page, ["full_name", "password", "terms"]);
    await seen(page, "invited-refused");
    assert.equal(await page.getByLabel("Company").inputValue(), "Kept");
    // Another address, said by a form that was tampered with, counts for nothing.
    const fields = { full_name: ada.name, organization: "", purpose: "", password: PASSWORD, terms: "yes", email: "mallory@engine.example" };
    await desk.post(ada.path, fields);
    assert.equal((await desk.find("mallory@engine.example")).id, undefined);
  });

  journey(`invited people are approved at once where the admins say so${how}`, options, async ({ page, open, desk }) => {
    await page.goto("/admin/settings");
    await page.getByLabel("Approve invited people at once").check();
    await button(page, "Save settings").click();
    await message(page).getByText("Saved 1 setting.").waitFor();
    const ada = await invite(desk);
    const theirs = await open({ as: null, script });
    await theirs.goto(ada.letter.link);
    await fill(theirs, ada);
    await theirs.getByText(/approved|sign in/i).first().waitFor();
    await seen(theirs, "invited-approved");
    await signIn(theirs, { email: ada.email, password: PASSWORD });
    await theirs.getByRole("heading", { name: "Your account" }).waitFor();
    await page.goto("/admin/settings");
    await page.getByLabel("Approve invited people at once").uncheck();
    await button(page, "Save settings").click();
    await message(page).getByText("Saved 1 setting.").waitFor();
  });

  journey(`a personal link opens a closed door${how}`, options, async ({ open, desk }) => {
    await set(desk, { registration: "off" });
    const ada = await invite(desk);
    const page = await open({ as: null, script });
    await page.goto("/register");
    await page.getByRole("heading", { name: "Registration is closed" }).waitFor();
    await page.goto(ada.letter.link);
    await fill(page, ada);
    await page.getByRole("heading", { name: "We have your request" }).waitFor();
    await set(desk, { registration: "on" });
  });

  journey(`tabs and a search find invitations${how}`, options, async ({ page, desk }) => {
    const ada = await invite(desk, { ...somebody(), email: `needle${script ? 1 : 2}@hay.example` });
    await page.goto("/admin/invitations?show=all");
    await page.getByRole("searchbox").fill("needle");
    if (!script) await button(page, "Apply").click();
    await becomes(() => page.locator("#rows tr").count(), script ? 1 : 2);
    await page.getByRole("searchbox").fill(ada.email);
    if (!script) await button(page, "Apply").click();
    await becomes(() => page.locator("#rows tr").count(), 1);
    for (const [tab, there] of [["Open", 1], ["Registered", 0], ["Over", 0], ["All", 1]]) {
      await page.getByRole("navigation", { name: /show|invitations|state/i }).getByRole("link", { name: new RegExp(`^${tab}`) }).click();
      await page.locator("main [aria-current=page]", { hasText: tab }).waitFor();
      await becomes(() => page.locator("#rows tr").count(), there);
    }
  });
}

journey.closeWithValidPages();
