// How a page looks and sounds, on the sizes and in the themes that people use.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DESKTOP, PHONE, axeSource } from "./journeys.mjs";

const album = fileURLToPath(new URL("../screens/", import.meta.url));
mkdirSync(album, { recursive: true });

/** Judges the state that the page is in now, in both themes, wide and narrow, and takes its pictures. */
export async function examine(page, name) {
  const faults = [];
  await page.emulateMedia({ reducedMotion: "reduce" });
  for (const viewport of [DESKTOP, PHONE]) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      const where = `${name} at ${viewport.width}, ${colorScheme}`;
      for (const violation of await violations(page)) faults.push(`${where}: ${violation}`);
      // Hiding the caret would leave style attributes behind, which no page of ours may have.
      await page.screenshot({ path: `${album}${name}-${viewport.width}-${colorScheme}.png`, caret: "initial" });
    }
    const least = viewport === PHONE ? 44 : 24;
    for (const target of await smallTargets(page, least)) faults.push(`${name} at ${viewport.width}: under ${least} px: ${target}`);
    faults.push(...(await sideways(page)).map((text) => `${name} at ${viewport.width}: ${text}`));
  }
  await page.setViewportSize({ width: 320, height: 640 });
  faults.push(...(await sideways(page)).map((text) => `${name} at 320: ${text}`));
  await page.setViewportSize(DESKTOP);
  await page.emulateMedia({ colorScheme: "light" });
  assert.deepEqual(faults, []);
}

export const picture = (page, name, options = {}) => page.screenshot({ path: `${album}${name}.png`, ...options });

async function violations(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axeSource);
  return page.evaluate(async () => {
    // Its preloading asks for style sheets by a request of its own.
    const { violations } = await window.axe.run(document, { preload: false });
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target} ${node.failureSummary}`.slice(0, 300)));
  });
}

/** What can be pressed and is too small for a finger or a mouse. */
export const smallTargets = (page, least) =>
  page.evaluate((least) => {
    const all = document.querySelectorAll("a, button, input:not([type=hidden]), select, summary, textarea");
    // A link in a sentence is as high as its line; on a phone the table's head shows only under the focus.
    const counts = (e) => e.checkVisibility() && !e.matches(".skip, p a, li a, label a") && !(least > 24 && e.matches("thead *"));
    return [...all].filter(counts).flatMap((e) => {
      // A box is ticked by its label as well.
      const edges = [e, ...(e.type === "checkbox" ? e.labels : [])].map((part) => part.getBoundingClientRect());
      const width = Math.max(...edges.map(({ right }) => right)) - Math.min(...edges.map(({ left }) => left));
      const height = Math.max(...edges.map(({ bottom }) => bottom)) - Math.min(...edges.map(({ top }) => top));
      return width < least - 0.5 || height < least - 0.5 ? [`${e.outerHTML.slice(0, 90)} ${width.toFixed(1)} × ${height.toFixed(1)}`] : [];
    });
  }, least);

/** Whether anything makes the page wider than the window. */
export const sideways = (page) =>
  page.evaluate(() => {
    const excess = document.documentElement.scrollWidth - window.innerWidth;
    if (excess <= 0) return [];
    const widest = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > window.innerWidth + 0.5);
    return [`${excess} px sideways because of ${widest.slice(0, 3).map((e) => e.outerHTML.slice(0, 80)).join(" and ")}`];
  });
