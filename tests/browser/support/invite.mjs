// What admins do in the box in which developers are invited.

import assert from "node:assert/strict";
import { button } from "./journeys.mjs";

export const dialog = (page) => page.getByRole("dialog", { name: "Invite developers" });
export const field = (place) => place.getByLabel("Email addresses");
export const check = (place) => place.locator("#invite-check");

/** Opens the dialog on the page that is shown. */
export async function openDialog(page) {
  await button(page, "Invite developers").click();
  await dialog(page).waitFor();
  return dialog(page);
}

/** From now on every mail link that anybody or any script follows is noted. */
export async function noteWhatOpens(page) {
  await page.evaluate(() => {
    window.opened = [];
    document.addEventListener("click", ({ target }) => target.href?.startsWith("mailto:") && window.opened.push(target.href));
  });
  return () => page.evaluate(() => window.opened);
}

/** On windows of every size the dialog is whole: nothing sideways in it, and its last button can be brought into sight. */
export async function isWhole(page) {
  const before = page.viewportSize();
  for (const [width, height] of [[1280, 900], [390, 844], [320, 640], [320, 256]]) {
    await page.setViewportSize({ width, height });
    const fault = await dialog(page).evaluate((box) => {
      const [{ left, right, top, bottom }, buttons] = [box.getBoundingClientRect(), [...box.querySelectorAll("button, a.button")].filter((e) => e.checkVisibility())];
      if (left < 0 || right > innerWidth || top < 0 || bottom > innerHeight) return `it spans ${left} to ${right} and ${top} to ${bottom}`;
      const wide = [...box.querySelectorAll(":not([role=status])")].find((e) => e.getBoundingClientRect().right > right + 0.5);
      if (wide) return `${wide.outerHTML.slice(0, 90)} is too wide`;
      buttons.at(-1).scrollIntoView({ block: "nearest" });
      const last = buttons.at(-1).getBoundingClientRect();
      if (last.bottom > innerHeight + 0.5 || last.top < 0) return `the last button lies at ${last.top} to ${last.bottom}`;
      box.scrollTo(0, 0);
      return null;
    });
    assert.equal(fault, null, `${width} × ${height}`);
  }
  await page.setViewportSize(before);
}

/** What the answer offers: the links to the admin's mail program, as they are written. */
export const mailLinks = (place) => place.locator("a[href^='mailto:?']");

export async function hrefs(place) {
  await mailLinks(place).first().waitFor();
  return mailLinks(place).evaluateAll((all) => all.map((link) => link.getAttribute("href")));
}

/** What the browser would hand to the mail program is what is written in the page. */
export async function areHandedOn(place) {
  const changed = await mailLinks(place).evaluateAll((all) => all.filter((link) => link.href !== link.getAttribute("href")).map((link) => link.href));
  assert.deepEqual(changed, []);
}

/** Changes settings without anybody's window. */
export async function set(desk, values) {
  const version = /name="version" value="(\d+)"/.exec(await (await desk.get("/admin/settings")).text())[1];
  const answer = await desk.post("/admin/settings", { version, ...values }, desk.kim);
  assert.equal(answer.status, 303, await answer.text());
}

/** Changes what a mail says. */
export async function say(desk, kind, subject, body) {
  const address = `/admin/settings/mails/${kind}`;
  const version = /name="version" value="(\d+)"/.exec(await (await desk.get(address)).text())[1];
  const answer = await desk.post(address, { version, subject, body, do: "save" }, desk.kim);
  assert.equal(answer.status, 303, await answer.text());
}
