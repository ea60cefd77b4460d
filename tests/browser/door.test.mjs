// The door: the first start, signing in and out, the theme, and the pages that say no.

import assert from "node:assert/strict";
import { KIM } from "./support/desk.mjs";
import { button, focused, journeys, message } from "./support/journeys.mjs";
import { examine } from "./support/look.mjs";

const journey = journeys({ admins: false });
const stranger = { browser: { as: null } };
const signedOut = { cookies: [], origins: [] };

async function signIn(page, password = KIM.password) {
  await page.getByLabel("Email").fill(KIM.email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await button(page, "Sign in").click();
}

journey("before there is an admin, the sign-in page says where the link is", stranger, async ({ page }) => {
  await page.goto("/");
  await page.getByRole("link", { name: "Admin sign-in" }).click();
  await page.waitForURL("**/admin/login");
  await page.getByText("one-time link").waitFor();
  await examine(page, "login-without-admin");
});

journey("a set-up form that is wrong lists what, keeps the rest and takes the focus", { ...stranger, refusals: [422] }, async ({ page, desk }) => {
  await page.goto(desk.setupLink);
  await examine(page, "setup");
  await page.getByLabel("Your name").fill("Kim Lee");
  await page.getByLabel("Email").fill("kim@desk.example");
  await page.getByLabel("Password", { exact: true }).fill("short");
  await button(page, "Create admin").click();
  const summary = page.getByRole("alert");
  await summary.waitFor();
  assert.match(await page.title(), /^Error: /);
  assert.match(await focused(page), /There is a problem/);
  assert.equal(await page.getByLabel("Your name").inputValue(), "Kim Lee");
  assert.equal(await page.getByLabel("Password", { exact: true }).inputValue(), "");
  const link = summary.getByRole("link");
  assert.equal(await link.textContent(), await page.locator("#password-error").textContent());
  assert.equal(await page.getByLabel("Password", { exact: true }).getAttribute("aria-invalid"), "true");
  await link.click();
  assert.equal(await page.evaluate(() => document.activeElement.id), "password");
  await examine(page, "setup-refused");
});

journey("a link that never was one is not found", { ...stranger, refusals: [404] }, async ({ page }) => {
  await page.goto("/admin/setup/nothing");
  await page.getByRole("heading", { name: "Page not found" }).waitFor();
  await examine(page, "error-404");
});

journey("the set-up link leads to an empty desk", stranger, async ({ page, desk }) => {
  await page.goto(desk.setupLink);
  await page.getByLabel("Your name").fill(KIM.name);
  await page.getByLabel("Email").fill(KIM.email);
  const password = page.getByLabel("Password", { exact: true });
  await password.fill(KIM.password);
  await button(page, "Show password").click();
  assert.equal(await password.getAttribute("type"), "text");
  await button(page, "Show password").click();
  assert.equal(await password.getAttribute("type"), "password");
  await button(page, "Create admin").click();
  await page.waitForURL("**/admin/developers");
  await page.getByRole("heading", { name: "Nobody has asked yet" }).waitFor();
  await page.getByText("Nobody is waiting").waitFor();
  assert.equal(await page.title(), "Requested (0) · Developers · Guestlist");
  assert.equal(await page.locator(".empty a").count(), 1);
  await examine(page, "requested-nobody-ever");
  desk.kim = await page.context().storageState();
});

journey("the set-up link works once", stranger, async ({ page, desk }) => {
  await page.goto(desk.setupLink);
  await page.waitForURL("**/admin/login");
  await message(page).getByText("set up already").waitFor();
});

for (const script of [true, false]) {
  const how = script ? "" : " without JavaScript";
  journey(`a wrong password is refused in words and keeps the address${how}`, { browser: { as: null, script }, refusals: [401] }, async ({ page }) => {
    await page.goto("/admin/login");
    await signIn(page, "wrong horse wrong battery");
    await page.getByRole("alert").getByText("Email or password is wrong").waitFor();
    assert.match(await page.title(), /^Error: /);
    assert.equal(await page.getByLabel("Email").inputValue(), KIM.email);
    assert.equal(await page.getByLabel("Password", { exact: true }).inputValue(), "");
    if (script) await examine(page, "login-refused");
  });

  journey(`whoever comes from a page returns to it after signing in${how}`, { browser: { as: null, script } }, async ({ page }) => {
    const wanted = "/admin/developers?status=all&q=ada&sort=name";
    await page.goto(wanted);
    assert.match(page.url(), /\/admin\/login\?next=/);
    await signIn(page);
    await page.waitForURL(`**${wanted}`);
  });

  journey(`after signing out, Back shows nothing any more${how}`, { browser: { as: signedOut, script } }, async ({ page }) => {
    await page.goto("/admin/login");
    await signIn(page);
    await page.getByRole("heading", { name: "Developers" }).waitFor();
    await page.goto("/admin/activity");
    await button(page, KIM.name).click();
    await button(page, "Sign out").click();
    await page.waitForURL("**/admin/login");
    await page.goBack();
    await page.waitForURL("**/admin/login*");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    assert.equal(await page.getByRole("heading", { name: "Activity" }).count(), 0);
  });

  journey(`the theme is remembered by the server${how}`, { browser: { script, colorScheme: "light" } }, async ({ page, desk, context }) => {
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.goto("/admin/developers?status=all");
    const light = await ground();
    await button(page, "Theme").click();
    assert.equal(await button(page, "System").getAttribute("aria-pressed"), "true");
    await button(page, "Dark").click();
    await page.locator("html[data-theme=dark]").waitFor();
    assert.equal(new URL(page.url()).search, "?status=all");
    const dark = await ground();
    assert.notEqual(dark, light);
    // The first byte already knows it: nothing flashes.
    const html = await (await desk.get("/admin/developers", await context.storageState())).text();
    assert.match(html, /<html lang="en" data-theme="dark">/);
    assert.match(html, /<meta name="color-scheme" content="dark">/);
    await button(page, "Theme").click();
    await button(page, "Light").click();
    await page.locator("html[data-theme=light]").waitFor();
    await page.emulateMedia({ colorScheme: "dark" });
    assert.equal(await ground(), light);
    await button(page, "Theme").click();
    await button(page, "System").click();
    await page.locator("html:not([data-theme])").waitFor();
    assert.equal(await ground(), dark);
  });
}

journey("a stranger's pages look like ours", { ...stranger, refusals: [403, 404, 405] }, async ({ page, desk }) => {
  await page.goto("/admin/login");
  await examine(page, "login");
  await page.goto("/nowhere");
  await page.getByRole("heading", { name: "Page not found" }).waitFor();
  await page.goto("/admin/logout");
  await page.getByRole("heading", { name: "This page cannot do that" }).waitFor();
  await examine(page, "error-405");
  const foreign = await fetch(`${desk.url}/admin/login`, { method: "POST", headers: { origin: "https://elsewhere.example" } });
  assert.equal(foreign.status, 403);
  await page.route("**/foreign", async (route) => route.fulfill({ status: 403, headers: { "content-type": "text/html" }, body: await foreign.text() }));
  await page.goto("/foreign");
  await page.getByRole("heading", { name: "This came from another site" }).waitFor();
  await examine(page, "error-403");
});

journey.closeWithValidPages();
