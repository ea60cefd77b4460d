// What developers do with their applications and keys, from the first one to its end.

import assert from "node:assert/strict";
import { check, createKey, decide, inDays, isAnswered, key, keys, newApplication, newKey, shortly, WHOLE } from "./support/applications.mjs";
import { set } from "./support/invite.mjs";
import { DESKTOP, PHONE, becomes, button, focused, journeys, message } from "./support/journeys.mjs";
import { examine, sideways } from "./support/look.mjs";
import { isRefused, member, signIn } from "./support/portal.mjs";

const journey = journeys({ mail: true });
const ways = [true, false].flatMap((script) => [DESKTOP, PHONE].map((viewport) => ({ script, viewport })));
const heading = (page, name) => page.getByRole("heading", { name, exact: true });
const summary = (place, text) => place.locator("summary", { hasText: text });

for (const { script, viewport } of ways) {
  const how = `${script ? "with" : "without"} JavaScript at ${viewport.width}`;
  const seen = async (page, name) => {
    assert.deepEqual(await sideways(page), [], name);
    if (script && viewport === DESKTOP) await examine(page, name);
  };

  journey(`from signing in to a key that works, and to one that does not any more, ${how}`, { browser: { as: null, script, viewport } }, async ({ page, desk }) => {
    const ada = await member(desk);
    await signIn(page, ada);
    await page.waitForURL("**/account");
    await page.getByRole("link", { name: "Applications", exact: true }).click();
    await heading(page, "Your applications").waitFor();
    await page.getByText("You have none yet.").waitFor();
    await seen(page, "applications-none");

    await page.getByLabel("Name").fill("Weather station");
    await page.getByLabel("Description").fill("Rain and\nwind.");
    await page.getByLabel("Callback URL").fill("https://weather.example/back?from=guestlist");
    await button(page, "Register application").click();
    await heading(page, "Weather station").waitFor();
    await message(page).getByText("Registered Weather station. It can have keys now.").waitFor();
    assert.equal(await page.title(), "Weather station · Guestlist");
    assert.equal(await page.locator(".lead .chip").textContent(), "Approved");
    await page.getByText("There are no keys that work.").waitFor();
    await seen(page, "application-fresh");

    const address = page.url();
    const secret = await createKey(page, "Production", inDays(30));
    assert.match(secret, new RegExp(`^${WHOLE.source}$`));
    await page.getByText(/Copy it now.*not shown again/).waitFor();
    await page.getByText(/It works until the end of \d+ \w+ \d{4} \(UTC\)/).waitFor();
    await seen(page, "key-shown");
    await isAnswered(desk, secret, 204);
    await desk.sink.next(ada.email, /key/i, shortly(secret));

    await page.getByRole("link", { name: "Done" }).click();
    await page.waitForURL(address);
    const production = key(page, "Production");
    assert.match((await production.textContent()).replace(/\s+/g, " "), new RegExp(`Production ${shortly(secret)} Created just now, .*expires on \\d+ \\w+ \\d{4}`));
    const other = await createKey(page, "Laptop");
    await page.getByText("It works until you revoke it.").waitFor();
    await page.getByRole("link", { name: "Done" }).click();
    assert.equal(await keys(page).count(), 2);

    await summary(production, "Revoke").click();
    await production.getByText("stops working at once, for good").waitFor();
    await seen(page, "key-revoking");
    await button(page, "Revoke Production").click();
    await message(page).getByText("Revoked the key Production.").waitFor();
    await page.waitForURL(address);
    await isAnswered(desk, secret, 401);
    assert.equal((await check(desk, other)).status, 204);
    await summary(page, "Revoked and expired keys (1)").click();
    assert.match((await production.textContent()).replace(/\s+/g, " "), new RegExp(`Production ${shortly(secret)} Revoked Created just now, revoked just now`));
    assert.equal(await summary(production, "Revoke").count(), 0);
    await seen(page, "key-revoked");

    await page.getByLabel("Name", { exact: true }).fill("Weather & <b>wind</b>");
    await page.getByLabel("Description").fill("");
    await button(page, "Save").click();
    await message(page).getByText("Saved.").waitFor();
    await heading(page, "Weather & <b>wind</b>").waitFor();
    assert.equal(await page.getByLabel("Description").inputValue(), "");
    assert.equal(await page.getByLabel("Callback URL").inputValue(), "https://weather.example/back?from=guestlist");
    await becomes(async () => (await check(desk, other)).headers.get("x-application-name"), "Weather & <b>wind</b>");

    await page.getByRole("link", { name: "Your applications" }).click();
    const line = page.getByRole("row").filter({ hasText: "Weather & <b>wind</b>" });
    assert.match((await line.textContent()).replace(/\s+/g, " "), /1 key.*Approved/);
    await seen(page, "applications-one");
    await line.getByRole("link").click();
    await summary(page, "Delete this application").click();
    await page.getByText(/Its key ends with it, at once and for good\..*This cannot be undone\./).waitFor();
    await seen(page, "application-delete");
    await button(page, "Delete Weather & <b>wind</b>").click();
    await message(page).getByText("Deleted Weather & <b>wind</b>.").waitFor();
    await page.getByText("You have none yet.").waitFor();
    await isAnswered(desk, other, 401);

    for (const found of [secret, other]) {
      const mails = desk.sink.mails.filter(({ text, html }) => text.includes(found) || html.includes(found));
      assert.deepEqual(mails.map((mail) => mail.subject), []);
    }
  });
}

for (const script of [true, false]) {
  const how = script ? "" : " without JavaScript";
  const browser = { as: null, script };

  journey(`a form that is wrong lists everything at once and keeps what was typed${how}`, { browser, refusals: [422] }, async ({ desk, open }) => {
    const ada = await member(desk);
    const page = await open({ as: ada.session, script });
    await page.goto("/account/applications");
    await page.getByLabel("Name").fill(" ");
    await page.getByLabel("Description").fill("Two\nlines & <i>more</i>");
    await page.getByLabel("Callback URL").fill("javascript:alert(1)");
    await button(page, "Register application").click();
    await isRefused(page, ["name", "callback_url"]);
    assert.equal(await page.getByLabel("Description").inputValue(), "Two\nlines & <i>more</i>");
    assert.equal(await page.getByLabel("Callback URL").inputValue(), "javascript:alert(1)");
    await page.getByText("You have none yet.").waitFor();
    if (script) await examine(page, "applications-refused");

    const { path } = await newApplication(desk, ada, "Weather station", { description: "Kept", callback_url: "https://weather.example" });
    await page.goto(path);
    await page.getByLabel("Name of the key").fill(" ");
    await page.getByLabel("Expires").fill(inDays(-2));
    await button(page, "Create key").click();
    await isRefused(page, ["key_name", "expires_on"]);
    assert.equal(await page.getByLabel("Expires").inputValue(), inDays(-2));
    assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Weather station");
    if (script) await examine(page, "key-refused");
    await page.getByLabel("Expires").fill(inDays(11 * 366));
    await page.getByLabel("Name of the key").fill("Kept");
    await button(page, "Create key").click();
    await isRefused(page, ["expires_on"]);
    await page.getByText(/^A key works for at most 10 years/).first().waitFor();
    assert.equal(await page.getByLabel("Name of the key").inputValue(), "Kept");
    assert.equal(await keys(page).count(), 0);

    await page.getByLabel("Name", { exact: true }).fill("");
    await page.getByLabel("Description").fill("Typed, not saved");
    await page.getByLabel("Callback URL").fill("weather.example");
    await button(page, "Save").click();
    await isRefused(page, ["name", "callback_url"]);
    assert.equal(await page.getByLabel("Description").inputValue(), "Typed, not saved");
    assert.equal(await page.getByLabel("Callback URL").inputValue(), "weather.example");
    // The page is still that of the application as it is kept.
    await heading(page, "Weather station").waitFor();
    if (script) await examine(page, "application-refused");
    await page.goto(path);
    assert.equal(await page.getByLabel("Description").inputValue(), "Kept");
  });

  journey(`five keys are the most, and a revoked one makes room${how}`, { refusals: [409] }, async ({ desk, open }) => {
    const ada = await member(desk);
    const application = await newApplication(desk, ada, "Weather station");
    for (const name of ["First", "Second", "Third", "Fourth"]) await newKey(desk, ada, application, name);
    const page = await open({ as: ada.session, script });
    await page.goto(application.path);
    // Somebody creates the fifth while this page is open.
    await newKey(desk, ada, application, "Fifth");
    await page.getByLabel("Name of the key").fill("Sixth");
    await button(page, "Create key").click();
    await heading(page, "Nothing was changed").waitFor();
    await page.getByRole("alert").getByText("An application has at most 5 keys.").waitFor();
    assert.match(await page.title(), /^Error: /);
    if (script) await examine(page, "key-sixth");
    await page.goto(application.path);
    assert.equal(await keys(page).count(), 5);
    assert.equal(await page.getByLabel("Name of the key").count(), 0);
    await page.getByText("Revoke one to create another.").waitFor();
    if (script) await examine(page, "application-full");
    await summary(key(page, "Second"), "Revoke").click();
    await button(page, "Revoke Second").click();
    await createKey(page, "Sixth");
    await page.getByRole("link", { name: "Done" }).click();
    await key(page, "Sixth").waitFor();
  });

  journey(`a key that was revoked in another window is said to be, once and for all${how}`, { refusals: [409] }, async ({ desk, open }) => {
    const ada = await member(desk);
    const application = await newApplication(desk, ada, "Weather station");
    await newKey(desk, ada, application, "Production");
    const [here, there] = [await open({ as: ada.session, script }), await open({ as: ada.session, script })];
    for (const page of [here, there]) {
      await page.goto(application.path);
      await summary(key(page, "Production"), "Revoke").click();
    }
    await button(there, "Revoke Production").click();
    await message(there).getByText("Revoked the key Production.").waitFor();
    await button(here, "Revoke Production").click();
    await here.getByRole("alert").getByText(/The key “Production” was revoked just now already/).waitFor();
    assert.equal((await desk.entries(ada.email, "key.revoked")).length, 1);
  });

  journey(`what an application waits for, and what became of it, is said in words${how}`, { refusals: [409] }, async ({ desk, open }) => {
    const ada = await member(desk);
    await set(desk, { application_auto_approval: "off" });
    const page = await open({ as: ada.session, script });
    await page.goto("/account/applications");
    await page.getByLabel("Name").fill("Weather station");
    await button(page, "Register application").click();
    await message(page).getByText("Registered Weather station. It waits for approval.").waitFor();
    await set(desk, { application_auto_approval: "on" });
    const path = new URL(page.url()).pathname;
    const application = { path, desk: path.replace("/account/", "/admin/") };
    const states = [
      [null, "requested", "Waits for approval", /waits for approval.*You hear by mail/],
      ["reject", "rejected", "Not accepted", /was not accepted\. It cannot have keys/],
      ["approve", "approved", "Approved", null],
      ["revoke", "revoked", "Revoked", /was revoked\. Its keys do not work/],
    ];
    for (const [action, state, chip, words] of states) {
      if (action) await decide(desk, application, action, { reason: "Between us" });
      await page.goto(path);
      assert.equal(await page.locator(".lead .chip").textContent(), chip);
      if (words) await page.getByText(words).waitFor();
      assert.equal(await page.getByLabel("Name of the key").count(), words ? 0 : 1);
      assert.doesNotMatch(await page.content(), /Between us/);
      if (!words) await newKey(desk, ada, application);
      else assert.equal((await desk.post(`${path}/keys`, { name: "Key" }, ada.session)).status, 409);
      if (script && words) await examine(page, `application-${state}`);
    }
    await page.goto("/account/applications");
    await page.getByRole("row").filter({ hasText: "Weather station" }).getByText("Revoked").waitFor();
  });

  journey(`who is signed out meanwhile signs in and is where they were${how}`, { browser, refusals: [] }, async ({ desk, open }) => {
    const ada = await member(desk);
    const application = await newApplication(desk, ada, "Weather station");
    const page = await open({ as: ada.session, script });
    await page.goto(application.path);
    await desk.post("/logout", {}, ada.session);
    await page.getByLabel("Name of the key").fill("Production");
    await button(page, "Create key").click();
    await page.waitForURL("**/login*");
    await page.getByLabel("Email").fill(ada.email);
    await page.getByLabel("Password", { exact: true }).fill(ada.password);
    await button(page, "Sign in").click();
    await page.waitForURL(`**${application.path}`);
    await heading(page, "Weather station").waitFor();
  });
}

journey("a key is copied by a button, which says so, and nothing in the browser keeps it",
  { browser: { as: null } },
  async ({ desk, open }) => {
    const ada = await member(desk);
    const application = await newApplication(desk, ada, "Weather station");
    const page = await open({ as: ada.session, permissions: ["clipboard-read", "clipboard-write"] });
    await page.goto(application.path);
    const secret = await createKey(page, "Production");
    await button(page, "Copy key").click();
    await message(page).getByText("Copied").waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), secret);
    assert.equal(await page.locator("#key").evaluate((field) => field.readOnly), true);
    assert.equal(page.url().includes(secret), false);
    await page.getByRole("link", { name: "Done" }).click();
    await heading(page, "Weather station").waitFor();
    assert.equal((await page.content()).includes(secret), false);
    // The browser would have to create another one.
    await page.goBack().catch(() => {});
    await becomes(() => page.content().catch(() => secret), /^(?![^]*glk_[0-9A-Za-z]{38})/);
    for (const address of ["/account", "/account/applications", application.path]) {
      await page.goto(address);
      assert.equal((await page.content()).includes(secret.slice(8, -4)), false, address);
    }
    assert.equal(await keys(page).count(), 1);
  });

journey("the address of the page that showed a key shows none", { refusals: [404, 405] }, async ({ desk, open }) => {
  const ada = await member(desk);
  const application = await newApplication(desk, ada, "Weather station");
  const page = await open({ as: ada.session });
  await page.goto(application.path);
  await createKey(page, "Production");
  await page.goto(page.url());
  assert.doesNotMatch(await page.content(), WHOLE);
});

for (const script of [true, false]) {
  journey(`a reload of the page that shows a key makes no second one${script ? "" : " without JavaScript"}`, { browser: { as: null }, refusals: [409] }, async ({ desk, open }) => {
    const ada = await member(desk);
    const application = await newApplication(desk, ada, "Weather station");
    const page = await open({ as: ada.session, script });
    await page.goto(application.path);
    const secret = await createKey(page, "Production", inDays(30));
    // As whoever answers the browser's own question with yes.
    for (let i = 0; i < 2; i++) {
      await page.reload();
      await heading(page, "Nothing was changed").waitFor();
      await page.getByRole("alert").getByText("This form created the key “Production” already, and a key is shown only once. If you did not see it, revoke it and create another.").waitFor();
      assert.doesNotMatch(await page.content(), WHOLE);
      assert.equal(await keys(page).count(), 1);
    }
    await key(page, "Production").getByText(shortly(secret)).waitFor();
    assert.equal(await page.getByLabel("Expires").inputValue(), inDays(30));
    if (script) await examine(page, "key-again");
    await isAnswered(desk, secret, 204);
    // What stands beside the words is ready for another.
    const other = await createKey(page, "Laptop");
    await page.getByRole("link", { name: "Done" }).click();
    await page.waitForURL(`**${application.path}`);
    assert.equal(await keys(page).count(), 2);
    await isAnswered(desk, other, 204);
    assert.equal((await desk.entries(ada.email, "key.created")).length, 2);
  });
}

journey("a double click creates one key", async ({ desk, open }) => {
  const ada = await member(desk);
  const application = await newApplication(desk, ada, "Weather station");
  const page = await open({ as: ada.session });
  await page.goto(application.path);
  await page.getByLabel("Name of the key").fill("Production");
  await button(page, "Create key").dblclick();
  await heading(page, "Your new key").waitFor();
  const secret = await page.getByLabel("Key", { exact: true }).inputValue();
  await page.getByRole("link", { name: "Done" }).click();
  await heading(page, "Weather station").waitFor();
  assert.equal(await keys(page).count(), 1);
  await key(page, "Production").getByText(shortly(secret)).waitFor();
});

journey("a key tells when it was used last", async ({ desk, open }) => {
  const ada = await member(desk);
  const application = await newApplication(desk, ada, "Weather station");
  const secret = await newKey(desk, ada, application);
  const page = await open({ as: ada.session });
  await page.goto(application.path);
  await key(page, "Production").getByText("never used").waitFor();
  await isAnswered(desk, secret, 204);
  // Uses are written every ten seconds, all at once.
  const reads = async () => {
    await page.reload();
    return (await key(page, "Production").textContent()).replace(/\s+/g, " ");
  };
  await becomes(reads, /last used (just now|\d+ (seconds|minute))/, 20_000);
  await page.goto("/account/applications");
  await page.getByRole("row").filter({ hasText: "Weather station" }).getByText(/1 key, used/).waitFor();
});

journey("applications of others are not to be found", { refusals: [404] }, async ({ desk, open }) => {
  const [ada, bob] = [await member(desk), await member(desk)];
  const application = await newApplication(desk, ada, "Weather station");
  const page = await open({ as: bob.session });
  await page.goto(application.path);
  await heading(page, "Page not found").waitFor();
  await page.goto("/account/applications");
  await page.getByText("You have none yet.").waitFor();
});

journey("names of every kind neither break the page nor run", async ({ desk, open }) => {
  const ada = await member(desk);
  const page = await open({ as: ada.session });
  const odd = ["<script>window.hacked=1</script>", "Unbroken".repeat(25), "שלום ומזג האוויר", "👩🏽‍🌾 Fields"];
  for (const [i, name] of odd.entries()) {
    const application = await newApplication(desk, ada, name, { description: name.repeat(3), callback_url: `https://${"long".repeat(12)}.example/${"path".repeat(400)}` });
    await newKey(desk, ada, application, name);
    await page.goto(application.path);
    await heading(page, name).waitFor();
    await summary(page, "Delete this application").click();
    await examine(page, `application-odd-${i}`);
    await createKey(page, name);
    await examine(page, `key-shown-odd-${i}`);
  }
  await page.goto("/account/applications");
  await examine(page, "applications-odd");
  assert.equal(await page.evaluate(() => window.hacked), undefined);
});

journey("the developer's pages from the keyboard alone", async ({ desk, open }) => {
  const ada = await member(desk);
  const application = await newApplication(desk, ada, "Weather station");
  await newKey(desk, ada, application);
  const page = await open({ as: ada.session });
  await page.goto(application.path);
  const stops = [];
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const e = document.activeElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(e);
      // A day has stops of its own within the field.
      const seen = e.type === "date" || (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2);
      return e === document.body ? null : { name: (e.getAttribute("aria-label") ?? e.labels?.[0]?.textContent ?? e.textContent).trim(), seen };
    });
    if (!stop || stop.name === stops[0]?.name) break;
    stops.push(stop);
  }
  assert.deepEqual(stops.filter((stop) => !stop.seen), []);
  const order = stops.map((stop) => stop.name);
  const wanted = ["Skip to content", "Your applications", "Revoke Production", "Name of the key", "Create key", "Name", "Save", "Delete this application"];
  assert.deepEqual(order.filter((name) => wanted.includes(name)), wanted);
  await summary(key(page, "Production"), "Revoke").focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Revoke Production");
  await page.keyboard.press("Enter");
  await message(page).getByText("Revoked the key Production.").waitFor();
});

journey.closeWithValidPages();
