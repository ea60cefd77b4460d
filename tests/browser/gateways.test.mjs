// The pages of a developer and of an application tell which instances know of the last change, until all do.

import assert from "node:assert/strict";
import { isAnswered, newApplication, newKey } from "./support/applications.mjs";
import { DESKTOP, becomes, button, journeys, message } from "./support/journeys.mjs";
import { examine, picture } from "./support/look.mjs";
import { member, somebody } from "./support/portal.mjs";

const journey = journeys({ mail: true, people: "people.csv" });
const card = (page) => page.getByRole("region", { name: "Gateways" });
const text = async (place) => (await place.textContent()).replace(/\s+/g, " ").trim();

/** How often the page has asked who knows. */
function questions(page) {
  const asked = [];
  page.on("request", (request) => request.url().endsWith("/gateways") && asked.push(Date.now()));
  return asked;
}

async function owner(desk, name) {
  const person = await member(desk, somebody(name));
  const application = await newApplication(desk, person, "Weather station");
  const secret = await newKey(desk, person, application);
  await isAnswered(desk, secret, 204);
  return { ...person, secret, application, path: (await desk.find(person.email)).path };
}

/** What a reader would notice: how far down they are, and where the focus is. */
const place = (page) => page.evaluate(() => `${Math.round(scrollY)} ${document.activeElement.tagName}`);

async function revoke(page, name) {
  await button(page, `Revoke ${name}`).click();
  await page.locator(".ask:popover-open").getByRole("button", { name: "Revoke", exact: true }).click();
  await message(page).getByText(`Revoked ${name}`).waitFor();
}

for (const script of [true, false]) {
  journey(`after a revoke one instance knows, and the page stops asking${script ? "" : "; without JavaScript a reload tells"}`, { browser: { script } }, async ({ page, desk }) => {
    const ada = await owner(desk, "Ada Byron");
    await page.goto(ada.path);
    const asked = questions(page);
    await button(page, "Revoke Ada Byron").click();
    await page.locator(".ask:popover-open").getByText(/Stops at once: 1 session, 1 application, 1 key; /).waitFor();
    await page.keyboard.press("Escape");
    await revoke(page, "Ada Byron");
    await isAnswered(desk, ada.secret, 403);
    if (!script) await page.goto(ada.path);
    await card(page).getByText(/^1 of 1 instance, \d+\.\d s$/).waitFor();
    assert.equal(await card(page).locator("p .chip").getAttribute("class"), "chip good");
    const before = asked.length;
    // Two of its seconds.
    await new Promise((done) => setTimeout(done, 2_200));
    assert.equal(asked.length, before);
    assert.ok(before <= 3, `${before} questions`);
    if (script) await examine(page, "gateways-all-know");
    await desk.remove(ada.email);
  });
}

for (const script of [true, false]) {
  journey(`an application that is revoked tells it on its own page${script ? "" : "; without JavaScript a reload tells"}`, { browser: { script } }, async ({ page, desk }) => {
    const cleo = await owner(desk, "Cleo Weather");
    const { desk: path, name } = cleo.application;
    await page.goto(path);
    const asked = questions(page);
    await revoke(page, name);
    await isAnswered(desk, cleo.secret, 403);
    if (!script) await page.goto(path);
    await card(page).getByText(/^1 of 1 instance, \d+\.\d s$/).waitFor();
    const before = asked.length;
    await new Promise((done) => setTimeout(done, 2_200));
    assert.equal(asked.length, before);
    if (!script) return desk.remove(cleo.email);
    await examine(page, "gateways-application-revoked");
    // One that lags is waited for here as well.
    const other = await desk.beside();
    await isAnswered({ url: other.url }, cleo.secret, 403);
    other.freeze();
    try {
      await button(page, `Re-approve ${name}`).click();
      await card(page).getByText(/^1 of 2 instances, \d+\.\d s$/).waitFor();
      await card(page).getByRole("listitem").getByText(/does not know/i).waitFor();
      await becomes(() => asked.length >= before + 2, true);
    } finally {
      other.thaw();
    }
    await card(page).getByText(/^2 of 2 instances, \d+(\.\d)? s$/).waitFor();
    await isAnswered({ url: other.url }, cleo.secret, 204);
    await other.close();
    await desk.remove(cleo.email);
  });
}

journey("a developer about whom nothing changed has no such card", async ({ page, desk }) => {
  const asked = questions(page);
  await page.goto((await desk.find("noor.haddad@two.example")).path);
  await page.getByRole("region", { name: "Facts" }).waitFor();
  assert.equal(await card(page).count(), 0);
  assert.equal(asked.length, 0);
});

journey("an instance that does not know is named, in red after ten seconds, until it does", async ({ page, desk }) => {
  const other = await desk.beside();
  const bela = await owner(desk, "Bela Brandt");
  await isAnswered({ url: other.url }, bela.secret, 204);
  await page.goto(bela.path);
  const asked = questions(page);
  other.freeze();
  try {
    await revoke(page, "Bela Brandt");
    await card(page).getByText(/^1 of 2 instances, \d+\.\d s$/).waitFor();
    await card(page).getByRole("listitem").getByText(/does not know/i).waitFor();
    assert.match(await text(card(page).getByRole("listitem").filter({ hasText: /does not know/i })), new RegExp(`:${new URL(other.url).port} `));
    assert.ok(await card(page).locator(".chip.warn").count());
    await becomes(() => asked.length >= 2, true);
    // Whoever only reads, at the end of the page, is left alone.
    await page.setViewportSize({ width: 1280, height: 400 });
    await page.evaluate(() => {
      document.activeElement.blur();
      scrollTo(0, document.body.scrollHeight);
    });
    const there = await place(page);
    assert.match(there, /^[1-9]\d* BODY$/);
    const asReading = asked.length;
    await becomes(() => asked.length > asReading + 1, true);
    await page.waitForLoadState("networkidle");
    assert.equal(await place(page), there);
    await page.setViewportSize(DESKTOP);
    // A field that somebody types in beside it keeps its focus and its text.
    await page.getByText("Edit name and company").click();
    await page.getByLabel("Company").fill("Half a wor");
    const soFar = asked.length;
    await becomes(() => asked.length > soFar + 1, true);
    assert.equal(await page.getByLabel("Company").inputValue(), "Half a wor");
    assert.equal(await page.evaluate(() => document.activeElement.name), "organization");
    await becomes(() => card(page).locator(".chip.bad").count().then(Boolean), true, 15_000);
    await picture(card(page), "gateways-one-lags-card");
    await examine(page, "gateways-one-lags");
  } finally {
    other.thaw();
  }
  await card(page).getByText(/^2 of 2 instances, \d+(\.\d)? s$/).waitFor();
  await isAnswered({ url: other.url }, bela.secret, 403);
  assert.equal(await card(page).getByRole("listitem").filter({ hasText: /Knows after \d+(\.\d)? s, at version [\d,]+$/ }).count(), 2);
  const before = asked.length;
  await new Promise((done) => setTimeout(done, 2_200));
  assert.equal(asked.length, before);
  await examine(page, "gateways-two-know");
  // Giving access back is a change like another.
  await button(page, "Re-approve Bela Brandt").click();
  await card(page).getByText(/^2 of 2 instances, \d\.\d s$/).waitFor();
  await isAnswered({ url: other.url }, bela.secret, 204);
});

journey.closeWithValidPages();
