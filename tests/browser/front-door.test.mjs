// The front door: from asking for access to being let in, and out again. Mail goes through a real mail server.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { DESKTOP, PHONE, button, journeys, message, row } from "./support/journeys.mjs";
import { examine, sideways } from "./support/look.mjs";
import { passwordField, register, signIn, somebody } from "./support/portal.mjs";

const journey = journeys({ mail: true });

const ways = [true, false].flatMap((script) => [DESKTOP, PHONE].map((viewport) => ({ script, viewport })));

// Decisions are held back for ten seconds: the four wait together.
describe("from asking for access to being let in, and out again", { concurrency: true }, () => {
  for (const { script, viewport } of ways) {
    const how = `${script ? "with" : "without"} JavaScript at ${viewport.width}`;
    const options = { browser: { as: null, script, viewport }, refusals: [401] };
    journey(how, options, async ({ page, open, desk }) => {
      const ada = somebody();
      const seen = async (name) => {
        assert.deepEqual(await sideways(page), [], name);
        if (script && viewport === DESKTOP) await examine(page, name);
      };

      await page.goto("/");
      await page.getByRole("link", { name: "Register", exact: true }).click();
      await register(page, ada);
      await page.getByText(ada.email).waitFor();
      await seen("received");

      const letter = await desk.sink.next(ada.email, /Confirm your email address for Guestlist/);
      assert.match(letter.text, /^Hello,/);
      assert.ok(letter.html.includes(`href="${letter.link}"`));
      await page.goto(letter.link);
      await seen("verify");
      await button(page, "Confirm email address").click();
      await page.getByRole("heading", { name: "Your address is confirmed" }).waitFor();
      await page.getByText("Your request is waiting for approval.").waitFor();
      await seen("verified");
      await page.goto(letter.link);
      await page.getByRole("heading", { name: "already confirmed" }).waitFor();
      await seen("verified-again");
      await desk.sink.next(ada.email, /we have your request/);
      await signIn(page, ada);
      await page.getByRole("alert").getByText("Your request is waiting for approval.").waitFor();
      assert.match(await page.title(), /^Error: /);
      assert.equal(await page.getByLabel("Email").inputValue(), ada.email);
      await seen("login-waits");

      const office = await open({ as: desk.kim, script, viewport });
      const notice = await desk.sink.next("kim@desk.example", /Ada Byron asks for access/, ada.email);
      await office.goto(notice.link);
      await office.locator("dl").getByText(ada.email).waitFor();
      assert.equal(await office.locator(".chip", { hasText: "verified" }).first().textContent(), "Email verified");
      await button(office, "Approve Ada Byron").click();
      await message(office).getByText("Approved Ada Byron").waitFor();
      // What the timeline says of the mail that is held back, and of those before it.
      await office.goto((await desk.find(ada.email)).path);
      await office.locator(".timeline").getByText("you are approved").waitFor();

      const welcome = await desk.sink.next(ada.email, /you are approved/);
      await page.goto(welcome.link);
      await page.getByRole("heading", { name: "Sign in" }).waitFor();
      await signIn(page, ada);
      await page.waitForURL("**/account");
      await page.getByRole("heading", { name: "Your account" }).waitFor();
      await seen("account");

      await page.getByLabel("Full name").fill("Ada Lovelace");
      await button(page, "Save").click();
      await message(page).getByText("Saved.").waitFor();
      assert.equal(await page.getByLabel("Full name").inputValue(), "Ada Lovelace");
      await passwordField(page, "Current password").fill(ada.password);
      await passwordField(page, "New password").fill("nine copper clocks strike");
      await button(page, "Change password").click();
      await message(page).getByText("Your password is changed").waitFor();
      await desk.sink.next(ada.email, /your password was changed/);
      await page.reload();
      await page.getByRole("heading", { name: "Your account" }).waitFor();

      await office.goto(`/admin/developers?status=approved&q=${ada.email}`);
      await button(row(office, "Ada Lovelace"), "Revoke Ada Lovelace").click();
      await row(office, "Ada Lovelace").getByLabel(/Reason/).fill("The trial is over.");
      await row(office, "Ada Lovelace").getByLabel(/Quote the reason/).check();
      await button(row(office, "Ada Lovelace"), "Revoke").click();
      await message(office).getByText("Revoked Ada Lovelace").waitFor();
      await button(page, "Save").click();
      await page.waitForURL("**/login*");
      await page.getByText("You are signed out. Sign in again to go on.").waitFor();
      await seen("login-signed-out");
      await signIn(page, { ...ada, password: "nine copper clocks strike" });
      await page.getByRole("alert").getByText("Your access was revoked.").waitFor();
      await seen("login-revoked");
      await page.goto("/account");
      await page.waitForURL("**/login*");
      const farewell = await desk.sink.next(ada.email, /access was revoked/);
      assert.match(farewell.text, /Reason: The trial is over\./);
      assert.match(farewell.html, /The trial is over\./);
    });
  }
});

journey.closeWithValidPages();
