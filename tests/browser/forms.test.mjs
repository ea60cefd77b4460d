// The forms of the front door: what is refused and how, what only people see, and links that are asked for again.

import assert from "node:assert/strict";
import { button, focused, journeys, message } from "./support/journeys.mjs";
import { examine } from "./support/look.mjs";
import { apply, isRefused, member, passwordField, register, signIn, somebody } from "./support/portal.mjs";

const journey = journeys({ mail: true, people: "people.csv" });
const stranger = { browser: { as: null } };

for (const script of [true, false]) {
  const how = script ? "" : " without JavaScript";
  const browser = { as: null, script };

  journey(`a sign-up that is wrong lists everything at once and keeps what was typed${how}`, { browser, refusals: [422] }, async ({ page, desk }) => {
    await page.goto("/register");
    assert.equal(await page.getByLabel("I accept the terms").isChecked(), false);
    await page.getByLabel("Full name").fill(" ");
    await page.getByLabel("Email").fill("ada at engine");
    await page.getByLabel("Company").fill("Engines & <b>Sons</b>");
    await page.getByLabel("Purpose").fill("Two\nlines");
    await passwordField(page).fill("short");
    await button(page, "Register").click();
    await isRefused(page, ["full_name", "email", "password", "terms"]);
    if (script) await examine(page, "register-refused");
    assert.equal(await page.getByLabel("Email").inputValue(), "ada at engine");
    assert.equal(await page.getByLabel("Company").inputValue(), "Engines & <b>Sons</b>");
    assert.equal(await page.getByLabel("Purpose").inputValue(), "Two\nlines");
    assert.equal(await passwordField(page).inputValue(), "");
    assert.equal((await desk.find("ada at engine")).id, undefined);
    // What was right stays right.
    await page.getByLabel("I accept the terms").check();
    await button(page, "Register").click();
    await isRefused(page, ["full_name", "email", "password"]);
    assert.equal(await page.getByLabel("I accept the terms").isChecked(), true);
  });

  journey(`a password that is forgotten, by mail to a new one${how}`, { browser, refusals: [404, 410, 422] }, async ({ page, desk }) => {
    const ada = await member(desk);
    await page.goto("/login");
    await page.getByRole("link", { name: "Forgot your password?" }).click();
    await page.getByLabel("Email").fill("nobody");
    await button(page, "Send link").click();
    await isRefused(page, ["email"]);
    if (script) await examine(page, "forgot-refused");
    await page.getByLabel("Email").fill("nobody@engine.example");
    await button(page, "Send link").click();
    const toNobody = await message(page).locator("p").textContent();
    await page.goto("/password/forgot");
    await page.getByLabel("Email").fill(ada.email.toUpperCase());
    await button(page, "Send link").click();
    assert.equal(await message(page).locator("p").textContent(), toNobody);
    if (script) await examine(page, "login-link-sent");

    const { link } = await desk.sink.next(ada.email, /choose a new password/);
    await page.goto(link);
    if (script) await examine(page, "reset");
    await passwordField(page, "New password").fill(ada.email);
    await button(page, "Save password").click();
    await isRefused(page, ["password"]);
    if (script) await examine(page, "reset-refused");
    const password = "nine copper clocks strike";
    await passwordField(page, "New password").fill(password);
    await button(page, "Save password").click();
    await message(page).getByText("Your password is set. Sign in with it.").waitFor();
    await desk.sink.next(ada.email, /your password was changed/);
    await signIn(page, { ...ada, password });
    await page.getByRole("heading", { name: "Your account" }).waitFor();

    await page.goto(link);
    await page.getByRole("heading", { name: "This link does not work any more" }).waitFor();
    if (script) await examine(page, "reset-over");
    await page.getByRole("link", { name: "Get another link" }).click();
    await page.getByRole("heading", { name: "Forgot your password?" }).waitFor();
    await page.goto("/password/reset/nothing");
    await page.getByRole("heading", { name: "Page not found" }).waitFor();
    if (script) await examine(page, "portal-404");
    // The other browser's session ended with the old password.
    assert.equal((await desk.get("/account", ada.session)).status, 303);
  });

  journey(`a link to confirm that was replaced leads to another${how}`, { browser, refusals: [410, 422] }, async ({ page, desk }) => {
    const ada = somebody();
    await apply(desk, ada);
    const first = await desk.sink.next(ada.email, /Confirm/);
    await page.goto("/register/received");
    await page.getByLabel("Email").fill(ada.email);
    await button(page, "Send another link").click();
    await message(page).getByText("a new mail is on its way").waitFor();
    const second = await desk.sink.next(ada.email, /Confirm/);
    assert.notEqual(second.link, first.link);
    await page.goto(first.link);
    await page.getByRole("heading", { name: "This link has expired" }).waitFor();
    if (script) await examine(page, "link-over");
    await page.getByLabel("Email").fill("ada at engine");
    await button(page, "Send another link").click();
    await isRefused(page, ["email"]);
    if (script) await examine(page, "link-over-refused");
    await page.getByLabel("Email").fill(ada.email);
    await button(page, "Send another link").click();
    await page.waitForURL("**/register/received");
    const third = await desk.sink.next(ada.email, /Confirm/);
    await page.goto(third.link);
    await button(page, "Confirm email address").click();
    await page.getByRole("heading", { name: "Your address is confirmed" }).waitFor();
  });

  journey(`the account page takes the name and the password apart, and refuses them apart${how}`, { browser, refusals: [422] }, async ({ desk, open }) => {
    const ada = await member(desk);
    const page = await open({ as: ada.session, script });
    await page.goto("/account");
    await page.getByLabel("Full name").fill(" ");
    await page.getByLabel("Company").fill("Kept");
    await button(page, "Save").click();
    await isRefused(page, ["full_name"]);
    assert.equal(await page.getByLabel("Company").inputValue(), "Kept");
    if (script) await examine(page, "account-refused");
    await page.goto("/account");
    await passwordField(page, "Current password").fill("not the right one at all");
    await passwordField(page, "New password").fill("short");
    await button(page, "Change password").click();
    await isRefused(page, ["current_password", "password"]);
    assert.equal(await page.getByLabel("Full name").inputValue(), ada.name);
    if (script) await examine(page, "account-password-refused");
  });

  journey(`a refused sign-in says why, and the right one leads to where one wanted${how}`, { browser, refusals: [401] }, async ({ page, desk }) => {
    const ada = await member(desk);
    await page.goto("/account");
    assert.equal(new URL(page.url()).pathname, "/login");
    await page.getByLabel("Email").fill(ada.email);
    await passwordField(page).fill("not the right one at all");
    await button(page, "Sign in").click();
    await page.getByRole("alert").getByText("Email or password is wrong").waitFor();
    assert.match(await page.title(), /^Error: /);
    assert.match(await focused(page), /Email or password is wrong/);
    assert.equal(await page.getByLabel("Email").inputValue(), ada.email);
    assert.equal(await passwordField(page).inputValue(), "");
    if (script) await examine(page, "portal-login-refused");
    await passwordField(page).fill(ada.password);
    await button(page, "Sign in").click();
    await page.waitForURL("**/account");
    await button(page, "Sign out").click();
    await page.waitForURL((url) => ["/", "/login"].includes(url.pathname));
    await page.goBack();
    await page.waitForURL("**/login*");
    assert.equal(await page.getByRole("heading", { name: "Your account" }).count(), 0);
  });

  journey(`right password, address not confirmed: a new link is offered${how}`, { browser, refusals: [401] }, async ({ page, desk }) => {
    const ada = somebody();
    await apply(desk, ada);
    await desk.act(ada.email, "approve");
    await desk.sink.next(ada.email, /Confirm/);
    await signIn(page, ada);
    await page.getByRole("alert").getByText("Confirm your email address first").waitFor();
    if (script) await examine(page, "login-unproven");
    await button(page, "Send another link").click();
    await page.waitForURL("**/register/received");
    const { link } = await desk.sink.next(ada.email, /Confirm/);
    await page.goto(link);
    await button(page, "Confirm email address").click();
    await page.getByText("You are approved.").waitFor();
    await signIn(page, ada);
    await page.waitForURL("**/account");
  });

  journey(`who is known already sees what strangers see, and gets a mail${how}`, { browser }, async ({ page, desk }) => {
    const whatIsSaid = async (person) => {
      await register(page, person);
      return (await page.locator("main").textContent()).replaceAll(person.email, "@").replace(/in \d+ s/, "");
    };
    const known = { ...somebody("Mallory"), email: script ? "noor.haddad@two.example" : "astrid.berg@two.example" };
    assert.equal(await whatIsSaid(known), await whatIsSaid(somebody()));
    const reminder = await desk.sink.next(known.email, /somebody signed up with your address/);
    assert.match(reminder.text, /^Hello (Noor Haddad|Astrid Berg),[^]*You are approved/);
    assert.doesNotMatch(reminder.text, /Mallory/);
    assert.deepEqual(await desk.entries(known.email, "developer.edited"), []);
  });
}

journey("what is wrong is named when a field is left, and taken back as soon as it is mended", { ...stranger, refusals: [422] }, async ({ page }) => {
  await page.goto("/register");
  const wrong = (id) => page.locator(`#${id}-error`);
  await page.getByLabel("Email").pressSequentially("ada");
  assert.equal(await wrong("email").count(), 0);
  await page.keyboard.press("Tab");
  await wrong("email").waitFor();
  assert.equal(await page.getByLabel("Email").getAttribute("aria-invalid"), "true");
  await page.getByLabel("Email").pressSequentially("@engine.example");
  await wrong("email").waitFor({ state: "detached" });
  assert.equal(await page.getByLabel("Email").getAttribute("aria-invalid"), null);
  // What only the server knows is taken back as well once it is typed anew.
  await button(page, "Register").click();
  await isRefused(page, ["full_name", "password", "terms"]);
  await page.getByLabel("Full name").fill("Ada Byron");
  await wrong("full_name").waitFor({ state: "detached" });
  await page.getByLabel("I accept the terms").check();
  await wrong("terms").waitFor({ state: "detached" });
  assert.equal(await wrong("password").count(), 1);
});

journey("a password can be seen, on every form that takes one", stranger, async ({ page, desk, open }) => {
  const ada = await member(desk);
  await desk.post("/password/forgot", { email: ada.email });
  const { link } = await desk.sink.next(ada.email, /choose a new password/);
  const own = await open({ as: ada.session });
  const forms = [[page, "/register", ["Password"]], [page, "/login", ["Password"]], [page, link, ["New password"]], [own, "/account", ["Current password", "New password"]]];
  for (const [window, address, labels] of forms) {
    await window.goto(address);
    for (const [i, label] of labels.entries()) {
      const field = passwordField(window, label);
      const show = window.getByRole("button", { name: "Show password" }).nth(i);
      await field.fill("seven brass wheels turn");
      await show.click();
      assert.equal(await field.getAttribute("type"), "text", address);
      assert.equal(await show.getAttribute("aria-pressed"), "true");
      await show.click();
      assert.equal(await field.getAttribute("type"), "password");
      assert.equal(await field.inputValue(), "seven brass wheels turn");
    }
  }
});

journey("fields say what they are, so that programs can fill them in", stranger, async ({ page, desk, open }) => {
  const tokens = (window) => window.locator("main input:not([type=hidden], [type=checkbox]), main textarea").evaluateAll((all) =>
    Object.fromEntries(all.filter((e) => e.tabIndex >= 0).map((e) => [e.name, `${e.type} ${e.autocomplete}`])));
  await page.goto("/register");
  assert.deepEqual(await tokens(page), {
    full_name: "text name", email: "email email", organization: "text organization", purpose: "textarea ", password: "password new-password",
  });
  await page.goto("/login");
  assert.deepEqual(await tokens(page), { email: "email username", password: "password current-password" });
  const own = await open({ as: (await member(desk)).session });
  await own.goto("/account");
  assert.deepEqual(await tokens(own), {
    full_name: "text name", organization: "text organization", current_password: "password current-password", password: "password new-password",
  });
});

journey("the trap is neither seen nor heard nor reached, and whoever fills it in is told nothing", stranger, async ({ page, desk }) => {
  await page.goto("/register");
  const trap = page.locator("[name=website]");
  const { x, y, width, height } = await trap.boundingBox();
  assert.ok(x + width <= 0 || y + height <= 0 || width <= 1 || height <= 1, "it is on the page");
  assert.doesNotMatch(await page.locator("main").ariaSnapshot(), /Website/);
  const stops = [];
  do {
    await page.keyboard.press("Tab");
    stops.push(await page.evaluate(() => document.activeElement.name || document.activeElement.tagName));
  } while (stops.at(-1) !== "BODY" && stops.length < 40);
  assert.ok(stops.includes("terms"));
  assert.ok(!stops.includes("website"), stops.join());
  const robot = somebody("Robot");
  await trap.evaluate((field) => (field.value = "https://robot.example"));
  await page.getByLabel("Full name").fill(robot.name);
  await page.getByLabel("Email").fill(robot.email);
  await passwordField(page).fill(robot.password);
  await page.getByLabel("I accept the terms").check();
  await button(page, "Register").click();
  await page.getByRole("heading", { name: "Check your email" }).waitFor();
  // Whoever comes later gets a mail; if the robot got one, it would be there.
  const ada = somebody();
  await apply(desk, ada);
  await desk.sink.next(ada.email, /Confirm/);
  assert.deepEqual(desk.sink.subjectsTo(robot.email), []);
  assert.equal((await desk.find(robot.email)).id, undefined);
});

journey("another link can be asked for after a minute, and the button counts down", stranger, async ({ page, desk }) => {
  const ada = somebody();
  await page.clock.install();
  await register(page, ada);
  const resend = page.getByRole("button", { name: /^Send another link/ });
  assert.equal(await resend.isDisabled(), true);
  assert.match(await resend.textContent(), /^Send another link in (60|5\d) s$/);
  await page.clock.runFor(30_000);
  assert.match(await resend.textContent(), /in (30|2\d) s$/);
  await page.clock.runFor(31_000);
  assert.equal(await resend.isEnabled(), true);
  assert.equal(await resend.textContent(), "Send another link");
  const first = await desk.sink.next(ada.email, /Confirm/);
  await resend.click();
  await message(page).getByText("a new mail is on its way").waitFor();
  assert.notEqual((await desk.sink.next(ada.email, /Confirm/)).link, first.link);
  assert.equal(await resend.isDisabled(), true);
});

journey("a double click asks once", stranger, async ({ page, desk }) => {
  const ada = somebody();
  await page.goto("/register");
  await page.getByLabel("Full name").fill(ada.name);
  await page.getByLabel("Email").fill(ada.email);
  await passwordField(page).fill(ada.password);
  await page.getByLabel("I accept the terms").check();
  await button(page, "Register").dblclick();
  await page.getByRole("heading", { name: "Check your email" }).waitFor();
  await desk.sink.next(ada.email, /Confirm/);
  await desk.sink.next("kim@desk.example", /Ada Byron asks/, ada.email);
  assert.deepEqual(desk.sink.subjectsTo(ada.email), ["Confirm your email address for Guestlist"]);
});

journey("too many links from one place: said in words, with how long to wait", { ...stranger, refusals: [429] }, async ({ page, context, desk }) => {
  for (let i = 0; i < 10; i++) {
    await context.request.post("/password/forgot", { form: { email: somebody().email }, headers: { origin: desk.url }, maxRedirects: 0 });
  }
  await page.goto("/password/forgot");
  await page.getByLabel("Email").fill(somebody().email);
  await button(page, "Send link").click();
  await page.getByRole("heading", { name: /too many|wait/i }).waitFor();
  assert.match(await page.locator("main").textContent(), /\d+ (second|minute|hour)/);
  await examine(page, "error-429");
});

journey("the two doors do not open each other", async ({ page, desk, open }) => {
  const ada = await member(desk);
  await page.goto("/account");
  assert.equal(new URL(page.url()).pathname, "/login");
  const own = await open({ as: ada.session });
  await own.goto("/admin/developers");
  assert.equal(new URL(own.url()).pathname, "/admin/login");
  await own.goto("/");
  await own.getByRole("link", { name: "Your account" }).click();
  await own.getByRole("heading", { name: "Your account" }).waitFor();
  await own.goto("/login");
  await own.waitForURL("**/account");
});

journey.closeWithValidPages();
