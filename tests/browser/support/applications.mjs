// What developers, admins and gateways do with applications and keys.

import assert from "node:assert/strict";
import { becomes, button } from "./journeys.mjs";

/** A whole key, as it is shown once and never again. */
export const WHOLE = /glk_[0-9A-Za-z]{38}/;

/** What stands in its place from then on. */
export const shortly = (secret) => `${secret.slice(0, 8)}…${secret.slice(-4)}`;

/** A day as a form takes it, so many days from now. */
export const inDays = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** An application by a form that nobody looks at. */
export async function newApplication(desk, owner, name, more = {}) {
  const answer = await desk.post("/account/applications", { name, ...more }, owner.session);
  assert.equal(answer.status, 303, await answer.text());
  const path = answer.headers.get("location");
  const id = path.split("/").at(-1);
  return { name, path, id, desk: `/admin/applications/${id}` };
}

/** A key of it, by a form that nobody looks at. */
export async function newKey(desk, owner, { path }, name = "Production", expires_on = "") {
  const answer = await desk.post(`${path}/keys`, { name, expires_on }, owner.session);
  const page = await answer.text();
  assert.equal(answer.status, 200, page);
  return WHOLE.exec(page)[0];
}

/** What a gateway is answered about a key. */
export const check = (desk, secret) => fetch(`${desk.url}/gateway/check`, { headers: { authorization: `Bearer ${secret}` } });

/** How soon gateways follow is tested elsewhere; here only that they do. */
export const isAnswered = (desk, secret, status) => becomes(async () => (await check(desk, secret)).status, status);

/** On the page of an application: its keys, those that are over, and one of them by its name. */
export const keys = (page) => page.getByRole("region", { name: "Keys" }).getByRole("listitem");
export const key = (page, name) => keys(page).filter({ has: page.getByText(name, { exact: true }) });

/** Creates a key in the page of an application, and gives what is shown once. */
export async function createKey(page, name, expiresOn = "") {
  await page.getByLabel("Name of the key").fill(name);
  await page.getByLabel("Expires").fill(expiresOn);
  await button(page, "Create key").click();
  await page.getByRole("heading", { name: "Your new key" }).waitFor();
  return page.getByLabel("Key", { exact: true }).inputValue();
}

/** An admin's move of an application, whose page a browser may still show as it was. */
export async function decide(desk, application, action, { who = desk.kim, reason = "" } = {}) {
  const version = /name="version" value="(\d+)"/.exec(await (await desk.get(application.desk, who)).text())[1];
  const answer = await desk.post(`${application.desk}/transitions`, { action, version, reason }, who);
  assert.equal(answer.status, 303, await answer.text());
}
