// How everything looks and is heard: each page and state, both themes, wide and narrow, and other ways to see it.

import assert from "node:assert/strict";
import { set } from "./support/invite.mjs";
import { DESKTOP, PHONE, becomes, button, journeys, message, names, row } from "./support/journeys.mjs";
import { examine, picture, sideways } from "./support/look.mjs";

const journey = journeys({ demo: true, people: ["people.csv", "odd-names.csv"] });

journey("what the policy refuses would be noticed", async ({ page, faults }) => {
  await page.goto("/admin/developers");
  await page.evaluate(() => document.body.insertAdjacentHTML("beforeend", "<p style='color: red' onclick='1'>"));
  await page.evaluate(() => fetch("https://elsewhere.example").catch(() => {}));
  // The last of them comes a moment after the console's words.
  await becomes(() => faults.some((fault) => fault.startsWith("content security policy: connect-src")), true);
  const noticed = faults.splice(0);
  for (const directive of ["style-src", "script-src", "connect-src"]) {
    assert.ok(noticed.some((fault) => fault.includes(directive)), directive);
  }
});

const pages = {
  requested: "/admin/developers",
  approved: "/admin/developers?status=approved",
  rejected: "/admin/developers?status=rejected",
  revoked: "/admin/developers?status=revoked",
  all: "/admin/developers?status=all",
  "requested-page-2": "/admin/developers?sort=name&after=",
  "requested-no-match": "/admin/developers?q=noor.haddad@two",
  applications: "/admin/applications",
  "applications-approved": "/admin/applications?status=approved",
  "applications-rejected": "/admin/applications?status=rejected",
  "applications-revoked": "/admin/applications?status=revoked",
  "applications-all": "/admin/applications?status=all",
  activity: "/admin/activity",
  "activity-no-match": "/admin/activity?q=nobody",
  mail: "/admin/mail",
  settings: "/admin/settings",
  texts: "/admin/settings/mails",
  text: "/admin/settings/mails/approved",
  "text-key": "/admin/settings/mails/key_created",
  "developer-new": "/admin/developers/new",
  "invitations-nobody": "/admin/invitations",
  "invite-page": "/admin/invitations/new",
};
for (const [name, address] of Object.entries(pages)) {
  journey(`${name} is seen and heard`, async ({ page }) => {
    await page.goto(address);
    if (name === "requested-page-2") await page.getByRole("link", { name: "Next", exact: true }).click();
    await examine(page, name);
  });
}

const portal = {
  front: "/",
  register: "/register",
  "received-unremembered": "/register/received",
  "portal-login": "/login?next=/account",
  forgot: "/password/forgot",
};
for (const [name, address] of Object.entries(portal)) {
  journey(`${name} is seen and heard`, { browser: { as: null } }, async ({ page }) => {
    await page.goto(address);
    await examine(page, name);
  });
}

for (const status of ["requested", "approved", "rejected", "revoked"]) {
  journey(`a record that is ${status} is seen and heard`, async ({ page }) => {
    await page.goto(`/admin/developers?status=${status}`);
    await page.locator("#rows .name a").nth(3).click();
    await page.locator("article.record").waitFor();
    await examine(page, `record-${status}`);
  });
}

for (const status of ["requested", "approved", "rejected", "revoked"]) {
  journey(`an application that is ${status} is seen and heard`, async ({ page }) => {
    await page.goto(`/admin/applications?status=${status}`);
    await page.locator("#rows .name a").first().click();
    await page.locator("article.record").waitFor();
    await examine(page, `application-record-${status}`);
    await page.getByRole("link", { name: "Delete…" }).click();
    await page.getByRole("heading", { name: /^Delete / }).waitFor();
    await examine(page, `application-delete-${status}`);
  });
}

journey("six links and a long name fit the bar at every width", async ({ page, desk }) => {
  await set(desk, { portal_name: "Developers of the Northwind Logistics Group" });
  for (const width of [1280, 1120, 1024, 992, 960, 900, 850, 768, 600, 480, 390, 320]) {
    await page.setViewportSize({ width, height: 900 });
    await page.goto("/admin/applications");
    assert.deepEqual(await sideways(page), [], `${width}`);
    const faults = await page.evaluate(() => {
      const parts = [...document.querySelectorAll(".bar > *, .bar nav a")].filter((e) => e.checkVisibility()).map((e) => [e.textContent.trim() || e.ariaLabel, e.getBoundingClientRect(), e]);
      const overlaps = parts.flatMap(([name, a, e], i) => parts.slice(i + 1).filter(([, b, f]) => !e.contains(f) && a.right > b.left + 1 && b.right > a.left + 1 && a.bottom > b.top + 1 && b.bottom > a.top + 1).map(([other]) => `${name} lies over ${other}`));
      const cut = parts.filter(([, , e]) => e.matches("nav a") && (e.scrollWidth > e.clientWidth + 1 || e.getClientRects().length > 1 || e.clientHeight > 45)).map(([name]) => `${name} is cut or broken`);
      const lines = new Set(parts.filter(([, , e]) => e.matches("nav a")).map(([, { top }]) => top));
      return [...overlaps, ...cut, ...(lines.size > 1 ? ["the links stand in two lines"] : [])];
    });
    assert.deepEqual(faults, [], `${width}`);
  }
  await page.setViewportSize({ width: 1024, height: 900 });
  await picture(page, "bar-1024");
  await set(desk, { portal_name: "Guestlist" });
});

journey("what opens on the list is seen and heard", async ({ page }) => {
  await page.goto("/admin/developers");
  const name = (await names(page))[0];
  const states = [
    ["box", button(row(page, name), `Reject ${name}`)],
    ["menu", button(row(page, name), `More for ${name}`)],
    ["theme", button(page, "Theme")],
    ["account", button(page, "Kim Lee")],
  ];
  for (const [state, opener] of states) {
    await opener.click();
    await page.locator("[popover]:popover-open").waitFor();
    await examine(page, `requested-${state}`);
    await page.keyboard.press("Escape");
  }
  await button(row(page, name), `Approve ${name}`).click();
  await message(page).waitFor();
  await examine(page, "requested-done");
});

journey("on a phone the menu holds every page, and Escape closes it", { browser: { viewport: PHONE } }, async ({ page }) => {
  await page.goto("/admin/developers");
  await button(page, "Menu").click();
  const menu = page.getByRole("navigation", { name: "Main" });
  await menu.waitFor();
  assert.deepEqual(await menu.getByRole("link").allTextContents(), ["Developers", "Applications", "Invitations", "Activity", "Mail", "Settings"]);
  await picture(page, "menu-390");
  await page.keyboard.press("Escape");
  await menu.waitFor({ state: "detached" });
  await button(page, "Menu").click();
  await menu.getByRole("link", { name: "Invitations" }).click();
  await page.getByRole("heading", { name: "Invitations" }).waitFor();
});

journey("refusals on the record and the page before a deletion are seen and heard", { refusals: [409, 422] }, async ({ page, desk }) => {
  await page.goto((await desk.find("greta.gruber@one.example")).path);
  await page.getByText("Edit name and company").click();
  await page.getByLabel("Full name").fill(" ");
  await button(page, "Save").click();
  await page.getByRole("alert").waitFor();
  await examine(page, "record-edit-refused");
  await page.goto((await desk.find("greta.gruber@one.example")).path);
  await desk.act("greta.gruber@one.example", "reject", { who: await desk.marta(), reason: "Quicker" });
  await page.locator(".record header form").first().evaluate((form) => form.submit());
  await page.getByRole("heading", { name: "Nothing was changed" }).waitFor();
  await examine(page, "record-conflict");
  await page.getByRole("link", { name: "Delete…" }).click();
  await page.getByRole("heading", { name: "Delete Greta Gruber?" }).waitFor();
  await examine(page, "delete");
});

const odd = ["unbroken@odd.example", "rtl@odd.example", "emoji@odd.example", "script@odd.example", "o'quote@odd.example", "nameless@odd.example"];

journey("names of every kind neither break the layout nor run", { refusals: [409] }, async ({ page, desk }) => {
  for (const status of ["requested", "approved", "all"]) {
    await page.goto(`/admin/developers?status=${status}&q=odd.example`);
    await examine(page, `odd-${status}`);
  }
  for (const email of odd) {
    const { path } = await desk.find(email);
    await page.goto(path);
    await page.getByRole("button", { name: /^Approve/ }).click();
    await page.getByRole("button", { name: /^Revoke/ }).waitFor();
    assert.ok((await message(page).locator("p").textContent()).length < 140);
    await examine(page, `odd-record-${email.split("@")[0].replace("'", "")}`);
    await page.goto(`${path}/delete`);
    await page.setViewportSize({ width: 320, height: 640 });
    assert.deepEqual(await sideways(page), []);
    await page.setViewportSize(DESKTOP);
  }
  await page.goto("/admin/activity?q=odd.example");
  await examine(page, "odd-activity");
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  // What looks like a program is shown as it was typed.
  await page.goto("/admin/developers?status=all&q=script@odd.example");
  assert.ok((await names(page)).includes("<script>window.hacked=1</script>"));
  await page.goto("/admin/developers?status=all&q=nameless@odd.example");
  assert.ok((await names(page)).includes("nameless@odd.example"));
  // The direction of one name does not turn its neighbours round.
  await page.goto("/admin/developers?status=all&q=rtl@odd.example");
  assert.equal(await page.locator("#rows .name bdi").first().evaluate((e) => getComputedStyle(e).unicodeBidi), "isolate");
});

/** Where Tab goes, and the last place that must be among them. */
const walks = { "/admin/developers?sort=name": /^Approve/, "/admin/settings": /^Save my choice$/, "/register": /^Sign in$/, "/": /^Admin sign-in$/,
  "/admin/applications?sort=name": /^Approve/, "/admin/invitations/new": /^Open in my email app$/, "/admin/developers/new": /^Add developer$/, "/admin/developers?status=approved": /^Email selected$|^Revoke/ };

for (const viewport of [DESKTOP, PHONE]) {
  for (const [address, last] of Object.entries(walks)) {
    journey(`Tab goes where the eye goes, and the focus is seen, on ${address} at ${viewport.width}`, { browser: { viewport } }, async ({ page }) => {
      await page.goto(address);
      // A page of one field begins in it.
      if ((await page.locator("[autofocus]:focus").count()) > 0) {
        await page.locator(".skip").focus();
        await page.keyboard.press("Shift+Tab");
      }
      const stops = [];
      for (let i = 0; i < 45; i++) {
        await page.keyboard.press("Tab");
        const stop = await page.evaluate(() => {
          const e = document.activeElement;
          const { top, bottom, left, right } = e.getBoundingClientRect();
          const { outlineStyle, outlineWidth } = getComputedStyle(e);
          return { name: e.getAttribute("aria-label") ?? e.textContent.trim(), top: top + scrollY, bottom: bottom + scrollY, left, right,
            isOver: e === document.body, isHead: e.closest("thead") !== null, seen: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 };
        });
        if (stop.isOver || stop.name === stops[0]?.name) break;
        stops.push(stop);
      }
      assert.equal(stops[0].name, "Skip to content");
      assert.deepEqual(stops.filter((stop) => !stop.seen), []);
      stops.slice(1).reduce((before, stop) => {
        // A phone shows the table's head under the focus only, and without it everything moves up.
        if (viewport === PHONE && before.isHead && !stop.isHead) return stop;
        // Another column begins at its top.
        assert.ok(stop.bottom > before.top || stop.left >= before.right, `${stop.name} lies above ${before.name}`);
        const sameLine = stop.top < before.bottom - 4 && before.top < stop.bottom - 4;
        assert.ok(!sameLine || stop.left >= before.left || stop.top > before.top, `${stop.name} lies before ${before.name}`);
        return stop;
      });
      assert.ok(stops.some((stop) => last.test(stop.name)));
    });
  }

  journey(`the table is a table to those who listen, at ${viewport.width}`, { browser: { viewport } }, async ({ page }) => {
    await page.goto("/admin/developers");
    const tree = await page.locator("#list").ariaSnapshot();
    assert.match(tree, /- table "Developers"/);
    assert.match(tree, /- columnheader "Name"/);
    assert.match(tree, /- row "Wanda Weber/);
    assert.match(tree, /- cell "wanda\.weber@one\.example"/);
    assert.match(tree, /- button "Approve Wanda Weber"/);
    assert.equal(await page.getByRole("row").count(), 26);
    const landmarks = await page.evaluate(() => [...document.querySelectorAll("nav")].map((nav) => nav.getAttribute("aria-label")));
    assert.equal(new Set(landmarks).size, landmarks.length);
  });
}

journey("400 % zoom and wide text spacing cut nothing off", { browser: { viewport: { width: 320, height: 256 } } }, async ({ page, desk }) => {
  const { path } = await desk.find("ada.almeida@one.example");
  const desks = ["/admin/developers", "/admin/developers?status=all", path, `${path}/delete`, "/admin/activity", "/admin/mail",
    "/admin/applications", "/admin/applications?status=all"];
  const sheets = ["/admin/settings", "/admin/settings/mails", "/admin/settings/mails/approved", "/admin/developers/new", "/admin/invitations", "/admin/invitations/new"];
  for (const address of [...desks, ...sheets, ...Object.values(portal)]) {
    await page.goto(address);
    await page.evaluate(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-block-end: 2em !important }");
      document.adoptedStyleSheets = [sheet];
    });
    assert.deepEqual(await sideways(page), [], address);
    const cut = await page.evaluate(() =>
      [...document.querySelectorAll("main *, header *")].filter((e) => {
        const { overflowX, overflowY, clipPath, webkitLineClamp } = getComputedStyle(e);
        const hides = overflowX === "hidden" || overflowY === "hidden";
        // Read aloud only, or shortened on purpose: the record shows the whole text.
        const isMeant = clipPath !== "none" || e.closest("thead, .unseen, .account") || webkitLineClamp !== "none";
        return e.checkVisibility() && hides && !isMeant && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1);
      }).map((e) => e.outerHTML.slice(0, 90)));
    assert.deepEqual(cut, [], address);
  }
});

journey("with forced colours the current tab, chips, buttons and messages keep an edge", { browser: { forcedColors: "active" } }, async ({ page }) => {
  await page.goto("/admin/developers");
  const name = (await names(page))[4];
  await button(row(page, name), `Approve ${name}`).click();
  await message(page).waitFor();
  const edges = await page.evaluate(() => Object.fromEntries([".tabs [aria-current]", ".chip", ".message", ".moves button", ".pager .button"].map((selector) => {
    const style = getComputedStyle(document.querySelector(selector));
    return [selector, [style.borderBottomStyle, parseFloat(style.borderBottomWidth)]];
  })));
  for (const [selector, [style, width]] of Object.entries(edges)) assert.ok(style === "solid" && width >= 1, `${selector}: ${style} ${width}`);
  const others = await page.locator(".tabs a:not([aria-current])").first().evaluate((e) => parseFloat(getComputedStyle(e).borderBottomWidth));
  assert.ok(edges[".tabs [aria-current]"][1] > others);
  await picture(page, "forced-colours");
});

journey("with forced colours the portal's fields, buttons and refusals keep an edge", { browser: { forcedColors: "active", as: null }, refusals: [422] }, async ({ page }) => {
  await page.goto("/register");
  await button(page, "Register").click();
  await page.getByRole("alert").waitFor();
  for (const selector of [".card", ".errors", "#full_name", "#purpose", "main [type=submit]", "[data-reveals]"]) {
    const [style, width] = await page.locator(selector).first().evaluate((e) => [getComputedStyle(e).borderBottomStyle, parseFloat(getComputedStyle(e).borderBottomWidth)]);
    assert.ok(style !== "none" && width > 0, selector);
  }
  await picture(page, "forced-colours-portal", { fullPage: true });
});

journey("who asks for less motion gets none", { browser: { reducedMotion: "reduce" } }, async ({ page }) => {
  await page.goto("/admin/developers");
  await button(page, "Theme").click();
  const moving = await page.evaluate(() =>
    [...document.querySelectorAll("*")].filter((e) => {
      const { transitionDuration, animationName } = getComputedStyle(e);
      return animationName !== "none" || transitionDuration.split(",").some((time) => parseFloat(time) > 0);
    }).map((e) => e.tagName));
  assert.deepEqual(moving, []);
  assert.equal(await page.evaluate(() => [...document.styleSheets].flatMap((s) => [...s.cssRules]).some((rule) => rule.cssText.startsWith("@view-transition"))), false);
});

journey("on paper there is the table alone, its head on every page, with address and date", async ({ page, desk }) => {
  await page.goto("/admin/developers?status=rejected&per_page=100");
  await page.emulateMedia({ media: "print" });
  const seen = await page.evaluate(() => [...document.querySelectorAll("button, .button, nav, header, form, footer, #messages")].filter((e) => e.checkVisibility()).map((e) => e.outerHTML.slice(0, 80)));
  assert.deepEqual(seen, []);
  assert.equal(await page.locator("thead").evaluate((e) => getComputedStyle(e).display), "table-header-group");
  assert.equal(await page.locator("#rows tr").first().evaluate((e) => getComputedStyle(e).breakInside), "avoid");
  const printed = page.locator(".printed");
  assert.ok(await printed.isVisible());
  assert.match(await printed.textContent(), new RegExp(`^${desk.url}/admin/developers\\?status=rejected&per_page=100 · printed \\d+ \\w+ \\d{4}, \\d\\d:\\d\\d UTC$`));
  const pdf = await page.pdf({ format: "A4", path: new URL("screens/rejected.pdf", import.meta.url).pathname });
  const sheets = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g).length;
  assert.ok(sheets > 1 && sheets <= 4, `${sheets} sheets`);
  // As wide as the text on A4; words of two hundred letters leave the other columns their room.
  await page.setViewportSize({ width: 718, height: 1000 });
  for (const address of ["/admin/developers?status=all&q=odd.example", "/admin/activity"]) {
    await page.goto(address);
    const narrow = await page.locator("th").evaluateAll((all) => all.map((e) => [e.textContent, e.clientWidth]).filter(([, width]) => width > 0 && width < 80));
    assert.deepEqual(narrow, [], address);
    assert.deepEqual(await sideways(page), [], address);
  }
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
});

journey("the front door is lighter still, and asks nobody else", { browser: { as: null } }, async ({ page, desk }) => {
  const answers = [];
  page.on("response", (response) => answers.push(response));
  await page.goto("/register", { waitUntil: "networkidle" });
  assert.ok(answers.every((answer) => answer.url().startsWith(desk.url)));
  assert.ok(!answers.some((answer) => /htmx/.test(answer.url())));
  const weights = await Promise.all(answers.map(async (answer) => (await answer.request().sizes()).responseBodySize));
  assert.ok(answers.length <= 4 && weights.reduce((sum, n) => sum + n) <= 13 * 1024, `${answers.length} requests, ${weights}`);
});

journey("the first page is light: five requests, 25 KB, none of them to others", async ({ desk, open, t }) => {
  const page = await open();
  const answers = [];
  page.on("response", (response) => answers.push(response));
  await page.goto("/admin/developers", { waitUntil: "networkidle" });
  assert.equal((await names(page)).length, 25);
  const weights = {};
  for (const response of answers) {
    const url = new URL(response.url());
    assert.equal(url.origin, desk.url);
    if (!url.pathname.endsWith(".svg")) assert.equal(response.headers()["content-encoding"], "br", url.pathname);
    const { responseBodySize } = await response.request().sizes();
    weights[url.pathname.replace(/^\/static\/(\w+)[^/]*\.(\w+)$/, "$1.$2")] = responseBodySize;
  }
  t.diagnostic(JSON.stringify(weights));
  assert.ok(answers.length <= 5, `${answers.length} requests`);
  assert.ok(Object.values(weights).reduce((sum, n) => sum + n) <= 25 * 1024);
  assert.ok(weights["app.css"] <= 4.1 * 1024, "css");
  assert.ok(weights["htmx.js"] <= 12.1 * 1024, "htmx");
  const script = answers.find((answer) => /\/static\/app[^/]*\.js$/.test(answer.url())).url();
  const zipped = await fetch(script, { headers: { "accept-encoding": "gzip" } });
  assert.equal(zipped.headers.get("content-encoding"), "gzip");
  assert.ok(Number(zipped.headers.get("content-length")) <= 2 * 1024, "app.js");
  for (const answer of answers.slice(1)) assert.match(answer.headers()["cache-control"], /immutable/);
});

journey.closeWithValidPages();
