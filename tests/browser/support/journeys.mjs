// Journeys: a browser, a person's window, and what must hold in every one of them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { FileSystemConfigLoader, HtmlValidate } from "html-validate";
import { chromium } from "playwright-core";
import { Desk, anotherAddress } from "./desk.mjs";

const PATIENCE = 10_000;
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];

export const DESKTOP = { width: 1280, height: 900 };
export const PHONE = { width: 390, height: 844 };

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });

/**
 * A desk for a file of tests and the function that declares its journeys:
 *
 *     const journey = journeys({ people: "people.csv" });
 *     journey("approving …", async ({ page, desk }) => { … });
 *
 * `furnish` is told the desk before the first journey, to put on it what all of them find.
 *
 * A journey fails where anything violates the content security policy, where a script throws, where an answer is
 * an error that `refusals` does not announce, where a key stands in an address or in any page but the one that shows it,
 * and where the browser keeps anything. Every whole page that any of them fetched must be valid HTML.
 */
export function journeys({ furnish = () => {}, ...furniture } = {}) {
  const pages = new Map();
  let desk, browser;
  before(async () => {
    [desk, browser] = await Promise.all([Desk.open(furniture), launch()]);
    await furnish(desk);
  });
  after(async () => {
    await browser?.close();
    await desk?.close();
  });

  const journey = (name, options, walk) => {
    if (!walk) [options, walk] = [{}, options];
    test(name, async (t) => {
      const watch = new Watch(options, pages);
      const windows = [];
      const open = async (own = {}) => {
        const { as = desk.kim, viewport = DESKTOP, script = true, ...rest } = { ...options.browser, ...own };
        const context = await browser.newContext({
          baseURL: desk.url, storageState: as ?? undefined, viewport, javaScriptEnabled: script,
          extraHTTPHeaders: { "X-Forwarded-For": anotherAddress() }, ...rest,
        });
        windows.push(context);
        context.setDefaultTimeout(PATIENCE);
        return watch.over(context, script);
      };
      try {
        await walk({ desk, page: await open(), open, t, context: windows[0], faults: watch.faults });
        await watch.settle();
        for (const context of windows) await watch.search(context);
        watch.judge();
      } finally {
        for (const context of windows) await context.close();
      }
    });
  };

  journey.closeWithValidPages = () =>
    test("every page that was fetched here is valid HTML", async (t) => {
      const validator = new HtmlValidate(new FileSystemConfigLoader());
      const faults = [];
      for (const { text, address } of pages.values()) {
        const { results } = await validator.validateString(text, "page.html");
        for (const { line, ruleId, message } of results.flatMap((result) => result.messages)) {
          faults.push(`${address} line ${line}: ${ruleId}: ${message}`);
        }
      }
      t.diagnostic(`${pages.size} pages of different shapes`);
      assert.ok(pages.size > 0);
      assert.deepEqual([...new Set(faults)], []);
    });

  return journey;
}

/** Pages of one shape differ in their texts only. */
function shape(html) {
  const tags = html.match(/<\/?[a-z][^>]*>/g).map((tag) => tag.replace(/="[^"]*"/g, (value) => (value === '=""' ? value : "=")));
  return [...new Set(tags)].join();
}

/** Sees what a person does not. */
class Watch {
  constructor({ refusals = [], offline = false }, pages) {
    Object.assign(this, { refusals, offline, pages, faults: [], pending: new Set() });
  }

  async over(context, script) {
    if (script) {
      await context.exposeBinding("reportViolation", (_, text) => this.faults.push(`content security policy: ${text}`));
      await context.addInitScript(() =>
        addEventListener("securitypolicyviolation", (e) => window.reportViolation(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`)));
    }
    context.on("console", (message) => this.heard(message));
    context.on("weberror", (error) => this.faults.push(`script: ${error.error()}`));
    context.on("dialog", (dialog) => {
      this.faults.push(`a dialog opened: ${dialog.message()}`);
      dialog.dismiss();
    });
    context.on("request", (request) => {
      if (/glk_/i.test(decodeURIComponent(request.url()))) this.faults.push(`a key in an address: ${request.method()} ${request.url()}`);
    });
    context.on("response", (response) => {
      const reading = this.answered(response).finally(() => this.pending.delete(reading));
      this.pending.add(reading);
    });
    return context.newPage();
  }

  heard(message) {
    const text = message.text();
    const expected = this.offline ? /Failed to load resource|htmx:error|ERR_|TypeError: Failed to fetch/ : /Failed to load resource: the server|htmx:response:error/;
    if (["error", "warning"].includes(message.type()) && !expected.test(text)) this.faults.push(`console: ${text}`);
  }

  async answered(response) {
    const status = response.status();
    if (status >= 400 && !this.refusals.includes(status)) this.faults.push(`${status} ${response.url()}`);
    const type = response.headers()["content-type"] ?? "";
    if (!type.startsWith("text/html") || (status >= 300 && status < 400)) return;
    // Chromium forgets the body of a page that was left at once.
    const text = await response.text().catch(() => "");
    const showsKey = response.request().method() === "POST" && /^\/account\/applications\/[^/]+\/keys$/.test(new URL(response.url()).pathname);
    if (!showsKey && /glk_[0-9A-Za-z]{38}/.test(text)) this.faults.push(`a key in the page ${response.url()}`);
    if (text.startsWith("<!DOCTYPE")) this.pages.set(shape(text), { text, address: `${status} ${new URL(response.url()).pathname}` });
  }

  /** Nothing stays with a browser but its cookies. */
  async search(context) {
    for (const { name } of await context.cookies()) {
      if (!/(admin|developer|theme|message|registered|semicolons)$/.test(name)) this.faults.push(`an unknown cookie: ${name}`);
    }
    for (const page of context.pages()) {
      if (!page.url().startsWith("http")) continue;
      const kept = await page.evaluate(async () => {
        const databases = await indexedDB.databases();
        return [...Object.keys(localStorage), ...Object.keys(sessionStorage), ...databases.map(({ name }) => name), ...(await caches.keys())];
      });
      if (kept.length > 0) this.faults.push(`${page.url()} keeps ${kept}`);
      if (JSON.stringify(await page.evaluate(() => history.state) ?? "").includes("glk_")) this.faults.push("a key in the history");
    }
  }

  settle() {
    return Promise.race([Promise.all(this.pending), new Promise((done) => setTimeout(done, 2_000).unref())]);
  }

  judge() {
    assert.deepEqual(this.faults, []);
  }
}

/** What the eye looks for. */
export const row = (page, name) => page.locator("#rows tr").filter({ has: page.locator(".name").getByText(name, { exact: true }) });
export const button = (place, name) => place.getByRole("button", { name, exact: true });
export const message = (page) => page.locator("#messages .message");
export const names = (page) => page.locator("#rows .name").allTextContents();
export const count = async (page, tab) => Number((await page.locator(`#tab-${tab} .count`).textContent()).replaceAll(",", ""));

/** What the focus stands on, by its name. */
export const focused = (page) =>
  page.evaluate(() => {
    const { activeElement: e } = document;
    return (e.getAttribute("aria-label") ?? e.textContent).trim() || e.tagName;
  });

/** Asks again until it holds: for what no locator can wait for. */
export async function becomes(read, wanted, patience = PATIENCE) {
  const end = Date.now() + patience;
  for (;;) {
    const found = await read();
    const holds = wanted instanceof RegExp ? wanted.test(found) : found === wanted;
    if (holds) return;
    if (Date.now() > end) assert.fail(`it is ${JSON.stringify(found)}, not ${wanted}`);
    await new Promise((soon) => setTimeout(soon, 10));
  }
}

/** Keeps back the answers to what `matches` says; `release` lets them go. */
export async function holdBack(page, matches) {
  let open;
  const gate = new Promise((done) => (open = done));
  const seen = [];
  const hold = async (route) => {
    if (!matches(route.request())) return route.fallback();
    seen.push(route.request());
    const response = await route.fetch({ maxRedirects: 0 }).catch(() => null);
    await gate;
    // Whoever does not wait any more has aborted the request.
    await (response ? route.fulfill({ response }) : route.abort()).catch(() => {});
  };
  await page.route("**/*", hold);
  return { seen, release: open };
}

export const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
