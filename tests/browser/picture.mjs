// Writes docs/requested.png, the README's picture: the Requested screen over made-up developers.
//
//     node tests/browser/picture.mjs

import { mkdirSync, writeFileSync } from "node:fs";
import { Desk } from "./support/desk.mjs";
import { launch } from "./support/journeys.mjs";
import { smaller } from "./support/small-png.mjs";

const [desk, browser] = await Promise.all([Desk.open({ demo: true }), launch()]);
try {
  const page = await browser.newPage({
    baseURL: desk.url, storageState: desk.kim, viewport: { width: 1280, height: 800 }, colorScheme: "light", reducedMotion: "reduce",
  });
  // The newest requests first: minutes, hours and days are on the picture.
  await page.goto("/admin/developers?sort=-requested_at");
  const picture = smaller(await page.screenshot());
  const docs = new URL("../../docs/", import.meta.url);
  mkdirSync(docs, { recursive: true });
  writeFileSync(new URL("requested.png", docs), picture);
  console.log(`docs/requested.png, ${Math.ceil(picture.length / 1024)} KB`);
} finally {
  await browser.close();
  await desk.close();
}
