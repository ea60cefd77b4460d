// The admin's settings, and what becomes of them on every page. This desk sends no mail: all of it is kept and shown.

import assert from "node:assert/strict";
import { KIM } from "./support/desk.mjs";
import { becomes, button, journeys, message, row } from "./support/journeys.mjs";
import { examine } from "./support/look.mjs";
import { apply, isRefused, register, signIn, somebody } from "./support/portal.mjs";

const journey = journeys({ people: "people.csv" });
const save = async (page) => {
  await button(page, "Save settings").click();
  await message(page).getByText(/^Saved \d settings?\.$/).waitFor();
};
const setting = (page, label) => page.getByLabel(label, { exact: true });

/** Puts settings back to what they were, whoever changed them. */
async function change(desk, values) {
  const version = /name="version" value="(\d+)"/.exec(await (await desk.get("/admin/settings")).text())[1];
  const answer = await desk.post("/admin/settings", { version, ...values }, desk.kim);
  assert.equal(answer.status, 303);
}

for (const script of [true, false]) {
  const how = script ? "" : " without JavaScript";
  const browser = { script };

  journey(`closing the registration is seen at the door${how}`, { browser }, async ({ page, open, desk }) => {
    const theirs = await open({ as: null, script });
    await theirs.goto("/register");
    await page.goto("/admin/settings");
    await setting(page, "Registration is open").uncheck();
    await save(page);
    assert.equal(await setting(page, "Registration is open").isChecked(), false);
    // Whoever has the form open is told as well.
    await theirs.getByLabel("Full name").fill("Ada Byron");
    await button(theirs, "Register").click();
    await theirs.getByRole("heading", { name: "Registration is closed" }).waitFor();
    if (script) await examine(theirs, "closed");
    await theirs.goto("/");
    await theirs.getByText("Registration is closed at the moment.").waitFor();
    assert.equal(await theirs.getByRole("link", { name: "Register", exact: true }).count(), 0);
    if (script) await examine(theirs, "front-closed");
    await setting(page, "Registration is open").check();
    await save(page);
    await theirs.goto("/register");
    await theirs.getByLabel("Full name").waitFor();
    await page.goto("/admin/activity?kind=setting.changed");
    await page.locator("#rows").getByText("on → off").first().waitFor();
  });

  journey(`the portal's name and the support address stand everywhere${how}`, { browser, refusals: [404] }, async ({ page, open, desk }) => {
    await page.goto("/admin/settings");
    await setting(page, "Portal name").fill("Harbor & Söhne");
    await setting(page, "Support address").fill("help@harbor.example");
    await setting(page, "Welcome text").fill("Ships,\nports and <tides>.");
    await save(page);
    const theirs = await open({ as: null, script });
    for (const address of ["/", "/register", "/register/received", "/login", "/password/forgot", "/admin/login", "/nowhere"]) {
      await theirs.goto(address);
      assert.match(await theirs.title(), /Harbor & Söhne/, address);
      assert.equal(await theirs.locator(".brand").textContent().then((text) => text.trim()), "Harbor & Söhne", address);
      if (address.startsWith("/admin") || address === "/nowhere") continue;
      const support = theirs.getByRole("link", { name: "help@harbor.example" }).first();
      assert.equal(await support.getAttribute("href"), "mailto:help@harbor.example", address);
    }
    await theirs.goto("/");
    await theirs.getByText("ports and <tides>.").waitFor();
    if (script) await examine(theirs, "front-named");
    for (const address of ["/admin/developers", "/admin/activity", "/admin/mail", "/admin/settings"]) {
      await page.goto(address);
      assert.match(await page.title(), /Harbor & Söhne$/, address);
    }
    await change(desk, { portal_name: "Guestlist", support_address: "", welcome: "Welcome." });
  });

  journey(`what is wrong is refused, and nothing of it is saved${how}`, { browser, refusals: [422] }, async ({ page }) => {
    await page.goto("/admin/settings");
    await setting(page, "Portal name").fill(" ");
    await setting(page, "Support address").fill("nobody at all");
    await setting(page, "Denied domains").fill("good.example\nnot a domain");
    await setting(page, "Registration is open").uncheck();
    await button(page, "Save settings").click();
    await isRefused(page, ["portal_name", "support_address", "denied_domains"]);
    assert.equal(await setting(page, "Denied domains").inputValue(), "good.example\nnot a domain");
    assert.equal(await setting(page, "Registration is open").isChecked(), false);
    if (script) await examine(page, "settings-refused");
    await page.goto("/admin/settings");
    assert.equal(await setting(page, "Portal name").inputValue(), "Guestlist");
    assert.equal(await setting(page, "Registration is open").isChecked(), true);
  });

  journey(`the terms are what one accepts, and can be none${how}`, { browser }, async ({ page, open, desk }) => {
    await page.goto("/admin/settings");
    const usual = await setting(page, "Terms").inputValue();
    await setting(page, "Terms").fill("First, be kind.\n\nSecond, <script>be quick</script>.");
    await setting(page, "Version of the terms").fill("2026-11");
    await save(page);
    const theirs = await open({ as: null, script });
    const ada = somebody();
    await theirs.goto("/register");
    await theirs.getByText("Second, <script>be quick</script>.").waitFor();
    await register(theirs, ada);
    await page.goto((await desk.find(ada.email)).path);
    await page.locator("dl").getByText("Version 2026-11 accepted").waitFor();
    await change(desk, { terms_text: "" });
    await theirs.goto("/register");
    assert.equal(await theirs.getByLabel("I accept the terms").count(), 0);
    assert.equal(await theirs.getByRole("heading", { name: "Terms" }).count(), 0);
    if (script) await examine(theirs, "register-no-terms");
    await change(desk, { terms_text: usual, terms_version: "1" });
  });

  journey(`without a mail server a new request is received at once, and its mails are kept${how}`, { browser }, async ({ page, open, desk }) => {
    const theirs = await open({ as: null, script });
    const ada = somebody();
    await register(theirs, ada);
    await theirs.getByRole("heading", { name: "We have your request" }).waitFor();
    if (script) await examine(theirs, "received-no-proof");
    await page.goto("/admin/mail");
    await page.getByRole("heading", { name: "Mail is not configured" }).waitFor();
    if (script) await examine(page, "mail-not-configured");
    await page.locator("#rows tr").filter({ hasText: ada.email }).getByRole("link", { name: /we have your request/ }).click();
    await page.getByText("Hello Ada Byron,").waitFor();
    await desk.act(ada.email, "approve");
    await signIn(theirs, ada);
    await theirs.getByRole("heading", { name: "Your account" }).waitFor();
  });

  journey(`proof of the address can be asked for all the same: an admin hands the link on${how}`, { browser, refusals: [401] }, async ({ page, open, desk }) => {
    await page.goto("/admin/settings");
    const proof = page.getByLabel("Developers prove their address");
    await proof.selectOption("Always");
    await save(page);
    const theirs = await open({ as: null, script });
    const ada = somebody();
    await register(theirs, ada);
    await theirs.getByRole("heading", { name: "Check your email" }).waitFor();
    await page.goto("/admin/mail");
    await page.locator("#rows tr").filter({ hasText: ada.email }).getByRole("link", { name: /Confirm your email/ }).click();
    const link = await page.getByText(/^http:\/\/127.*\/verify\//).textContent();
    await theirs.goto(link.trim());
    await button(theirs, "Confirm email address").click();
    await theirs.getByRole("heading", { name: "Your address is confirmed" }).waitFor();
    await page.goto(`/admin/developers?q=${ada.email}`);
    await row(page, ada.name).getByText("Email verified").waitFor();
    await page.goto("/admin/settings");
    await proof.selectOption({ index: 0 });
    await save(page);
  });

  journey(`requests that nobody has to decide are approved by themselves${how}`, { browser }, async ({ page, open, desk }) => {
    await page.goto("/admin/settings");
    await page.getByLabel("Approve requests automatically").check();
    await save(page);
    const theirs = await open({ as: null, script });
    const ada = somebody();
    await register(theirs, ada);
    await signIn(theirs, ada);
    await theirs.getByRole("heading", { name: "Your account" }).waitFor();
    await page.goto((await desk.find(ada.email)).path);
    await page.locator(".timeline li", { hasText: "Approved" }).getByText(/auto-approval/i).waitFor();
    await page.goto("/admin/settings");
    await page.getByLabel("Approve requests automatically").uncheck();
    await save(page);
  });

  journey(`each admin chooses what to hear of new requests${how}`, { browser }, async ({ page, open, desk }) => {
    await page.goto("/admin/settings");
    await page.getByLabel("Mail about new requests").selectOption("never");
    await button(page, "Save my choice").click();
    await message(page).getByText("You get no more mail about new requests.").waitFor();
    const ada = somebody("Quiet Quentin");
    await apply(desk, ada);
    const waiting = async () => (await (await desk.get("/admin/mail?per_page=100")).text()).includes("Quiet Quentin asks for access");
    assert.equal(await waiting(), false);
    await page.getByLabel("Mail about new requests").selectOption("at_once");
    await button(page, "Save my choice").click();
    await message(page).getByText("You get a mail for each new request.").waitFor();
    await page.getByRole("listitem").filter({ hasText: KIM.email }).getByText("(you)").waitFor();
  });
}

journey("two admins, one page of settings: what was typed stays, and what is saved stands beside it", { refusals: [409] }, async ({ page, open, desk }) => {
  await page.goto("/admin/settings");
  const theirs = await open({ as: await desk.marta() });
  await theirs.goto("/admin/settings");
  await setting(theirs, "Portal name").fill("Martas");
  await save(theirs);
  await setting(page, "Portal name").fill("Kims");
  await button(page, "Save settings").click();
  await page.getByRole("alert").getByText("Marta Nowak").waitFor();
  await page.getByText("Saved now: “Martas”").waitFor();
  assert.equal(await setting(page, "Portal name").inputValue(), "Kims");
  await examine(page, "settings-conflict");
  await setting(page, "Portal name").fill("Guestlist");
  await save(page);
});

for (const script of [true, false]) {
  journey(`the reason is quoted in the mail where the admin says so, and only there${script ? "" : " without JavaScript"}`, { browser: { script } }, async ({ page, desk }) => {
    const [told, untold] = script ? ["Ada Almeida", "Bela Brandt"] : ["Carla Castell", "Dario Dubois"];
    await page.goto("/admin/developers");
    for (const name of [told, untold]) {
      await button(row(page, name), `Reject ${name}`).click();
      const box = row(page, name);
      assert.equal(await box.getByLabel(/Quote the reason/).isChecked(), false);
      if (name === told && script) await examine(page, "requested-box-tell");
      await box.getByLabel(/Reason/, { exact: false }).first().fill("We know you <already>.");
      if (name === told) await box.getByLabel(/Quote the reason/).check();
      await button(box, "Reject").click();
      await message(page).getByText(`Rejected ${name}`).waitFor();
    }
    for (const name of [told, untold]) {
      const email = `${name.toLowerCase().replace(" ", ".")}@one.example`;
      await page.goto("/admin/mail");
      await page.locator("#rows tr").filter({ hasText: email }).getByRole("link", { name: /was not accepted/ }).click();
      await page.getByText(`Hello ${name},`).waitFor();
      assert.equal(await page.getByText("Reason: We know you <already>.").count(), name === told ? 1 : 0);
    }
  });
}

journey("a mail that is only kept can be copied from", { browser: { permissions: ["clipboard-read", "clipboard-write"] } }, async ({ page, desk }) => {
  await desk.post("/password/forgot", { email: "noor.haddad@two.example" });
  await becomes(async () => {
    await page.goto("/admin/mail");
    return page.getByRole("link", { name: /choose a new password/ }).count();
  }, 1);
  await page.getByRole("link", { name: /choose a new password/ }).click();
  await button(page, "Copy link").click();
  await message(page).getByText("Copied").waitFor();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), new RegExp(`^${desk.url}/password/reset/\\S+$`));
});

journey.closeWithValidPages();
