// What developers do at the front door.

import assert from "node:assert/strict";
import { button, focused } from "./journeys.mjs";

let peopleSoFar = 0;

/** Somebody whom nobody knows yet. */
export function somebody(name = "Ada Byron") {
  const email = `${name.split(" ")[0].toLowerCase()}${++peopleSoFar}@engine.example`;
  return { name, email, company: "Analytical Engines", purpose: "Weather for our fields", password: "seven brass wheels turn" };
}

export const passwordField = (page, label = "Password") => page.getByLabel(label, { exact: true });

export async function register(page, person) {
  await page.goto("/register");
  await page.getByLabel("Full name").fill(person.name);
  await page.getByLabel("Email").fill(person.email);
  await page.getByLabel("Company").fill(person.company);
  await page.getByLabel("Purpose").fill(person.purpose);
  await passwordField(page).fill(person.password);
  await page.getByLabel("I accept the terms").check();
  await button(page, "Register").click();
  await page.waitForURL("**/register/received");
}

export async function signIn(page, { email, password }) {
  await page.goto("/login");
  await page.getByLabel("Email").fill(email);
  await passwordField(page).fill(password);
  await button(page, "Sign in").click();
}

/** A new request, by a form that nobody looks at. */
export async function apply(desk, { name, email, company, purpose, password }) {
  const fields = { full_name: name, email, organization: company, purpose, password, terms: "yes" };
  const answer = await desk.post("/register", fields);
  if (answer.status !== 303) throw new Error(`the sign-up of ${email} answered ${answer.status}`);
}

/** A developer who is approved, has proven the mailbox and is signed in. */
export async function member(desk, person = somebody()) {
  await apply(desk, person);
  const { link } = await desk.sink.next(person.email, /Confirm/);
  await desk.post(new URL(link).pathname, {});
  await desk.act(person.email, "approve");
  const { email, password } = person;
  const session = await desk.signIn({ email, password }, "/login");
  return { ...person, session };
}

/** The form came back: on top stands what is wrong, has the focus, and leads to these fields in the same words. */
export async function isRefused(page, fields) {
  const summary = page.locator(".errors");
  await summary.getByRole("heading", { name: "There is a problem" }).waitFor();
  assert.match(await page.title(), /^Error: /);
  assert.match(await focused(page), /There is a problem/);
  const links = await summary.getByRole("link").evaluateAll((all) => all.map((link) => [link.getAttribute("href"), link.textContent]));
  const words = await Promise.all(fields.map(async (id) => [`#${id}`, await page.locator(`#${id}-error`).textContent()]));
  assert.deepEqual(links, words);
  for (const id of fields) {
    assert.equal(await page.locator(`#${id}`).getAttribute("aria-invalid"), "true");
    assert.ok((await page.locator(`#${id}`).getAttribute("aria-describedby")).split(" ").includes(`${id}-error`));
    await summary.locator(`a[href="#${id}"]`).click();
    assert.equal(await page.evaluate(() => document.activeElement.id), id);
  }
}
