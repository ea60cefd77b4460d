"use strict";
// Every page works without this file; it only makes the desk quicker.
{
  const find = (selector) => document.querySelector(selector);
  const on = (type, react) => document.addEventListener(type, react);
  const messages = find("#messages");
  const focusIsLost = () => document.activeElement === document.body;
  const submitOf = (source) => source.querySelector("[type=submit]");

  // Good news leaves by itself, but not from under a pointer or the focus.
  const retire = (message) => setTimeout(() => (message.matches(":hover, :focus-within") ? retire(message) : message.remove()), 12000);
  const watch = () => messages.querySelectorAll(".done").forEach(retire);
  new MutationObserver(watch).observe(messages, { childList: true });
  watch();

  const make = (tag, className, textContent, more) => Object.assign(document.createElement(tag), { className, textContent, ...more });
  const button = (className, label, more) => make("button", className, label, { type: "button", ...more });
  const say = (kind, text, offer = "") => {
    const message = make("div", "message " + kind);
    message.append(make("p", "", text), offer, button("quiet icon dismiss", "×", { ariaLabel: "Dismiss" }));
    messages.replaceChildren(message);
  };

  // Nothing was swapped, so the page can send the same again.
  const failed = ({ sourceElement, response }) => {
    const id = response?.headers.get("X-Request-Id");
    const onclick = () => {
      messages.replaceChildren();
      sourceElement.isConnected && sourceElement.requestSubmit ? sourceElement.requestSubmit() : location.reload();
    };
    say("failed", response ? `Guestlist could not do this (${response.status}).${id ? " Request id: " + id : ""}` : "Guestlist did not answer. Nothing you typed is lost.", button("", "Retry", { onclick }));
    // htmx enables the button only after this event.
    setTimeout(() => focusIsLost() && submitOf(sourceElement)?.focus());
  };
  on("htmx:response:error", ({ detail: { ctx } }) => ctx.response.status > 499 && failed(ctx));
  on("htmx:error", ({ detail: { ctx } }) => ctx && failed(ctx));

  const busy = ({ target, sourceElement }, is) =>
    [target, submitOf(sourceElement)].forEach((element) => element && (element.ariaBusy = is));
  on("htmx:before:request", ({ detail: { ctx } }) => busy(ctx, true));
  on("htmx:finally:request", ({ detail: { ctx } }) => busy(ctx, null));

  // Empty fields would only clutter the address.
  on("htmx:config:request", ({ detail: { ctx: { request } } }) => {
    if (request.method === "GET") [...request.body].forEach(([name, value]) => value || request.body.delete(name));
  });

  // Cards on phones are grids, which Safari takes for no table unless each part says its role.
  const roles = () => document.querySelectorAll("#rows > tr").forEach((row) => (row.role = "row"));
  roles();

  // The focus goes on to the next row; a row that was refused keeps it.
  on("htmx:before:swap", ({ detail: { ctx } }) => {
    const row = ctx.sourceElement.closest("[id^=developer-]");
    if (row) ctx.acted = { id: row.id, next: row.matches("tr") && ctx.response.status < 400 && row.nextElementSibling, focus: focusIsLost() || row.contains(document.activeElement) };
  });
  on("htmx:after:swap", ({ detail: { ctx: { acted, response, sourceElement } } }) => {
    const rows = find("#rows");
    roles();
    if (acted && response.status < 500) {
      const place = acted.next === false ? document.getElementById(acted.id) : acted.next;
      if (acted.focus && focusIsLost()) (place?.querySelector(".name a, h1") ?? find("#heading")).focus();
      // More may wait behind the last row of a page.
      if (rows?.rows.length === 0) htmx.ajax("GET", location.pathname + location.search, { target: "#list", swap: "outerHTML" });
    } else if (sourceElement.matches(".search")) {
      find("#found").textContent = find("#list h2, #total").textContent;
    }
  });

  // Enter sends a reason, but not when it is still held down from opening the box.
  on("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.repeat || event.isComposing || event.target.name !== "reason") return;
    event.preventDefault();
    event.target.form.requestSubmit();
  });

  // What is wrong is named when a field is left, and taken back as soon as it is mended.
  const judge = ({ type, target }) => {
    const box = target.closest(".field");
    const said = box?.querySelector(".wrong");
    const words = target.validationMessage;
    if (!box || (words ? type === "input" : !said)) return;
    said?.remove();
    if (words) box.insertBefore(make("p", "wrong", words, { id: target.id + "-error", role: "alert" }), box.querySelector(".input"));
    target.ariaInvalid = !!words || null;
    target.setAttribute("aria-describedby", [...box.querySelectorAll("p")].map(({ id }) => id).join(" "));
  };
  on("input", judge);
  // A click that ends the typing still finds its button where it was.
  on("change", (event) => setTimeout(judge, 200, event));

  // The server keeps the time too; whoever waits here is spared a refusal.
  const waits = find("[data-wait]");
  const end = Date.now() + waits?.dataset.wait * 1000;
  const count = (label) => {
    const left = Math.ceil((end - Date.now()) / 1000);
    waits.disabled = left > 0;
    waits.textContent = left > 0 ? `${label} in ${left} s` : label;
    if (left > 0) setTimeout(count, 1000, label);
  };
  if (waits) count(waits.textContent);

  on("click", async ({ target }) => {
    const pressed = target.closest("button");
    if (!pressed) return;
    const { copy, reveals } = pressed.dataset;
    if (pressed.matches(".dismiss")) pressed.parentElement.remove();
    if (copy) {
      // Browsers hand the clipboard only to pages on https or localhost.
      const copied = await navigator.clipboard?.writeText(copy).then(() => true, () => false);
      say(copied ? "done" : "refused", copied ? "Copied" : "This browser does not allow copying here.");
    }
    if (reveals) {
      const field = document.getElementById(reveals);
      const hidden = field.type === "password";
      field.type = hidden ? "text" : "password";
      pressed.ariaPressed = hidden;
    }
  });
}
