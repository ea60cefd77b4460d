// What admins see of mail: what waits, what was sent, what failed and why; and what the mails say.

import assert from "node:assert/strict";
import { KIM } from "./support/desk.mjs";
import { becomes, button, journeys, message } from "./support/journeys.mjs";
import { examine } from "./support/look.mjs";
import { apply, isRefused, somebody } from "./support/portal.mjs";

const journey = journeys({ mail: true });
const mailTo = (page, person, subject) => page.locator("#rows tr").filter({ hasText: person.email }).filter({ hasText: subject });
const count = async (page, state) =>
  Number(await page.getByRole("navigation", { name: "State" }).getByRole("link", { name: state }).locator(".count").textContent());

/** A request whose mail to the developer came to nothing. */
async function failed(desk) {
  const ada = somebody();
  desk.sink.refuse(ada.email);
  await apply(desk, ada);
  await desk.sink.next(KIM.email, /asks for access/, ada.email);
  const page = async () => (await desk.get("/admin/mail?state=failed")).text();
  await becomes(async () => (await page()).includes(ada.email), true);
  return ada;
}

journey("no mail at all: each tab says so in its own words", async ({ page }) => {
  await page.goto("/admin/mail");
  const tabs = page.getByRole("navigation", { name: "State" });
  const said = new Set();
  for (const [i, state] of ["Waiting", "Sent", "Failed", "Withdrawn"].entries()) {
    await tabs.getByRole("link", { name: state }).click();
    await tabs.locator("[aria-current=page]", { hasText: state }).waitFor();
    said.add(await page.locator("#list").textContent());
    if (i === 0) await examine(page, "mail-nothing");
  }
  assert.equal(said.size, 4);
});

journey("a decision's mail waits ten seconds, and is withdrawn by the next decision", async ({ page, desk }) => {
  const ada = somebody();
  await apply(desk, ada);
  await desk.act(ada.email, "approve");
  await page.goto("/admin/mail");
  await mailTo(page, ada, "you are approved").getByText("Goes out in a moment").waitFor();
  await desk.act(ada.email, "revoke");
  await page.goto("/admin/mail?state=withdrawn");
  await mailTo(page, ada, "you are approved").getByText("Overtaken by another decision").waitFor();
  await examine(page, "mail-withdrawn");
  await desk.sink.next(ada.email, /access was revoked|was not accepted/);
  assert.ok(!desk.sink.subjectsTo(ada.email).some((subject) => /approved/.test(subject)));
});

for (const script of [true, false]) {
  const how = script ? "" : " without JavaScript";
  const options = { browser: { script }, refusals: [409] };

  journey(`a mail that was refused says why, and goes out once it is tried again${how}`, options, async ({ page, desk }) => {
    const ada = await failed(desk);
    await page.goto("/admin/mail");
    await page.getByRole("navigation", { name: "State" }).getByRole("link", { name: "Failed" }).click();
    await mailTo(page, ada, "Confirm").getByText(/nobody has this address/i).waitFor();
    const before = await count(page, "Failed");
    if (script) await examine(page, "mail-failed");
    await page.goto((await desk.find(ada.email)).path);
    await page.locator(".timeline li", { hasText: "Confirm your email address" }).getByText(/nobody has this address/i).waitFor();
    if (script) await examine(page, "record-mail-failed");

    await page.goto("/admin/mail?state=failed");
    await mailTo(page, ada, "Confirm").getByRole("link", { name: /Confirm your email/ }).click();
    await page.getByRole("heading", { name: "Confirm your email address for Guestlist" }).waitFor();
    if (script) await examine(page, "mail-one-failed");
    desk.sink.accept(ada.email);
    await button(page, "Retry").click();
    await message(page).getByText(`The mail to ${ada.email} is tried again.`).waitFor();
    await desk.sink.next(ada.email, /Confirm/);
    await page.goto("/admin/mail?state=failed");
    assert.equal(await count(page, "Failed"), before - 1);
    await page.goto("/admin/mail?state=sent");
    await becomes(async () => {
      await page.reload();
      return mailTo(page, ada, "Confirm").count();
    }, 1);
    await mailTo(page, ada, "Confirm").getByRole("link", { name: /Confirm your email/ }).click();
    await page.getByText("(the link is gone").waitFor();
    assert.equal(await button(page, "Retry").count(), 0);
    if (script) await examine(page, "mail-one-sent");
  });

  journey(`somebody else tried it again first: said, with the mail as it is${how}`, options, async ({ page, desk }) => {
    const ada = await failed(desk);
    await page.goto("/admin/mail?state=failed");
    const action = await mailTo(page, ada, "Confirm").locator("form").getAttribute("action");
    desk.sink.accept(ada.email);
    await desk.post(action, {}, await desk.marta());
    await desk.sink.next(ada.email, /Confirm/);
    await becomes(async () => (await (await desk.get("/admin/mail?state=sent")).text()).includes(ada.email), true);
    await mailTo(page, ada, "Confirm").getByRole("button", { name: /^Retry/ }).click();
    await page.getByRole("alert").getByText("was sent meanwhile").waitFor();
    assert.match(await page.title(), /^Error: /);
    if (script) await examine(page, "mail-one-conflict");
  });

  journey(`all that failed is tried again by one button${how}`, options, async ({ page, desk }) => {
    const people = [await failed(desk), await failed(desk)];
    people.forEach(({ email }) => desk.sink.accept(email));
    await page.goto("/admin/mail?state=failed");
    await page.getByRole("button", { name: /^Retry all/ }).click();
    await message(page).getByText(/\d+ mails? back among those that wait/).waitFor();
    for (const { email } of people) await desk.sink.next(email, /Confirm/);
    await becomes(async () => {
      await page.goto("/admin/mail?state=failed");
      return page.getByRole("button", { name: /^Retry all/ }).count();
    }, 0);
  });

  journey(`while the mail server is down nothing is lost, and the link can be handed on${how}`, options, async ({ page, desk, open }) => {
    const ada = somebody();
    await desk.sink.sleep();
    await apply(desk, ada);
    await becomes(async () => {
      await page.goto("/admin/mail");
      return page.getByRole("heading", { name: "The mail server cannot be reached" }).count();
    }, 1);
    await page.getByText(/The last attempt: .*127\.0\.0\.1/).waitFor();
    if (script) await examine(page, "mail-server-down");
    await mailTo(page, ada, "Confirm").getByRole("link", { name: /Confirm your email/ }).click();
    const address = await page.getByText(/^http:\/\/127.*\/verify\//).textContent();
    if (script) await examine(page, "mail-one-waiting");
    const theirs = await open({ as: null, script });
    await theirs.goto(address.trim());
    await button(theirs, "Confirm email address").click();
    await theirs.getByRole("heading", { name: "Your address is confirmed" }).waitFor();
    await desk.sink.wake();
    assert.equal((await desk.sink.next(ada.email, /Confirm/)).link, address.trim());
    await becomes(async () => {
      await page.goto("/admin/mail");
      return page.getByRole("heading", { name: "The mail server cannot be reached" }).count();
    }, 0);
  });

  journey(`a text is tried out, refused, saved, used and put back${how}`, { ...options, refusals: [409, 422] }, async ({ page, desk }) => {
    await page.goto("/admin/settings");
    await page.getByRole("link", { name: "Mail texts" }).click();
    await page.getByRole("link", { name: "Request received" }).click();
    const [subject, body] = [page.getByLabel("Subject"), page.getByLabel("Text", { exact: true })];
    const usual = await body.inputValue();

    await subject.fill("Hooray, {nickname}");
    await body.fill("Dear {name},\n\nclick {link}\n");
    await button(page, "Save").click();
    await isRefused(page, ["subject", "body"]);
    await page.locator("#subject-error").getByText("{nickname} cannot stand here; these can: {name}").waitFor();
    assert.equal(await subject.inputValue(), "Hooray, {nickname}");
    if (script) await examine(page, "text-refused");

    await subject.fill("Ahoy {name} of {portal}");
    await body.fill("Ahoy {name},\n\nwe have it <b>now</b>.\n\n{support}");
    await button(page, "Preview").click();
    const preview = page.getByRole("region", { name: "Preview" });
    await preview.getByText("Ahoy Ada Byron of Guestlist").waitFor();
    await preview.getByText("we have it <b>now</b>.").first().waitFor();
    assert.equal(await subject.inputValue(), "Ahoy {name} of {portal}");
    if (script) await examine(page, "text-preview");
    await button(page, "Send a test to me").click();
    await message(page).getByText(`A test is on its way to ${KIM.email}`).waitFor();
    const trial = await desk.sink.next(KIM.email, /^Ahoy Ada Byron of Guestlist$/);
    assert.ok(trial.html.includes("we have it &#60;b&#62;now&#60;/b&#62;."), trial.html);
    assert.equal(await body.inputValue(), "Ahoy {name},\n\nwe have it <b>now</b>.\n\n{support}");

    await button(page, "Save").click();
    await message(page).getByText("Saved the mail “Request received”.").waitFor();
    await page.getByRole("link", { name: "Back to Mail texts" }).click();
    await page.locator("#rows tr", { hasText: "Request received" }).getByText("Changed").waitFor();
    const ada = somebody("Edda Ekman");
    await apply(desk, ada);
    await desk.post(new URL((await desk.sink.next(ada.email, /Confirm/)).link).pathname, {});
    await desk.sink.next(ada.email, /^Ahoy Edda Ekman of Guestlist$/);
    await page.getByRole("link", { name: "Request received" }).click();
    await button(page, "Reset to the usual text").click();
    await message(page).getByText("has its usual text again").waitFor();
    assert.equal(await body.inputValue(), usual);
  });
}

journey("two admins, one text: what was typed stays, and what is saved stands beside it", { refusals: [409] }, async ({ page, open, desk }) => {
  const address = "/admin/settings/mails/test";
  await page.goto(address);
  const theirs = await open({ as: await desk.marta() });
  await theirs.goto(address);
  await theirs.getByLabel("Subject").fill("Theirs");
  await button(theirs, "Save").click();
  await message(theirs).getByText("Saved the mail").waitFor();
  await page.getByLabel("Subject").fill("Mine");
  await button(page, "Save").click();
  await page.getByRole("alert").getByText("Marta Nowak").waitFor();
  assert.equal(await page.getByLabel("Subject").inputValue(), "Mine");
  await page.getByText("Saved now: “Theirs”").waitFor();
  await examine(page, "text-conflict");
  await button(page, "Save").click();
  await message(page).getByText("Saved the mail").waitFor();
  await page.goto("/admin/activity?kind=setting.changed");
  await page.locator("#rows").getByText("Theirs → Mine").waitFor();
  await examine(page, "activity-settings");
});

journey.closeWithValidPages();
