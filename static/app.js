// Every page works without this file; it only makes the desk quicker.
{
  const find = (selector) => document.querySelector(selector);
  const on = (type, react) => document.addEventListener(type, react);
  const messages = find("#messages");
  const focusIsLost = () => document.activeElement === document.body;
  const submitOf = ({ sourceElement, sourceEvent }) => sourceEvent.submitter ?? sourceElement.querySelector("[type=submit]");

  // Good news leaves by itself, but not from under a pointer or the focus.
  const retire = (message) => setTimeout(() => (message.matches(":hover, :focus-within") ? retire(message) : message.remove()), 12000);
  const tend = () => {
    document.querySelectorAll(".done").forEach(retire);
    // Cards on phones are grids, which Safari takes for no table unless each part says its role.
    document.querySelectorAll("#rows > tr").forEach((row) => (row.role = "row"));
  };
  tend();

  // An open dialog makes the page behind it inert, and what is said there with it.
  const inside = () => find(":modal > [role=status]");

  const make = (tag, className, textContent, more) => Object.assign(document.createElement(tag), { className, textContent, ...more });
  const say = (kind, text, offer = "") => {
    const message = make("div", "message " + kind);
    message.append(make("p", "", text), offer, make("button", "quiet icon dismiss", "×", { ariaLabel: "Dismiss" }));
    (inside() ?? messages).replaceChildren(message);
    tend();
  };

  // Nothing was swapped, so the page can send the same again.
  const failed = (ctx) => {
    const { sourceElement: source, sourceEvent: event, target, swap, request: { method, action }, response } = ctx;
    const id = response?.headers.get("X-Request-Id");
    const onclick = () => {
      source.focus();
      source.isConnected ? htmx.ajax(method, action, { source, event, target, swap }) : location.reload();
    };
    say("failed", response ? `Guestlist could not do this (${response.status}).${id ? " Request id: " + id : ""}` : "Guestlist did not answer. Nothing you typed is lost.", make("button", "dismiss", "Retry", { onclick }));
    // htmx enables the button only after this event.
    setTimeout(() => focusIsLost() && submitOf(ctx)?.focus());
  };
  on("htmx:response:error", ({ detail: { ctx } }) => ctx.response.status > 499 && failed(ctx));
  on("htmx:error", ({ detail: { ctx } }) => ctx && failed(ctx));

  const busy = (ctx, is) => [ctx.target, submitOf(ctx)].forEach((element) => element && (element.ariaBusy = is));
  on("htmx:before:request", ({ detail: { ctx } }) => busy(ctx, true));
  on("htmx:finally:request", ({ detail: { ctx } }) => busy(ctx, null));

  on("htmx:config:request", (event) => {
    const { sourceElement: source, target, swap, request: { method, body } } = event.detail.ctx;
    if (method !== "GET") return;
    // Empty fields would only clutter the address.
    [...body].forEach(([name, value]) => value || body.delete(name));
    // A key must never stand there.
    if (body.get("q")?.includes("glk_")) {
      event.preventDefault();
      htmx.ajax("POST", "/admin/keys/search", { source, target, swap, replace: null });
    }
  });

  // A double click sends once; htmx has seen to its own forms.
  on("submit", (event) => {
    const { target, defaultPrevented } = event;
    if (defaultPrevented) return;
    if (target.sent) event.preventDefault();
    target.sent = setTimeout(() => (target.sent = 0), 1000);
  });

  // The focus goes on to the next row; a row that was refused keeps it.
  on("htmx:before:swap", ({ detail: { ctx } }) => {
    const row = ctx.sourceElement.closest("tr[id], header");
    const next = row?.matches("tr") && ctx.response.status < 400 ? row.nextElementSibling : row;
    if (row) ctx.acted = { id: next?.id, focus: focusIsLost() || row.contains(document.activeElement) };
  });
  on("htmx:after:swap", ({ detail: { ctx: { acted, response, sourceElement } } }) => {
    if (response.status > 499) return;
    const link = find("[data-open]");
    tend();
    if (messages.children[0]) inside()?.replaceChildren(...messages.children);
    if (link) {
      // Once: the next answer may leave it where it is.
      delete link.dataset.open;
      link.click();
    }
    if (acted) {
      if (acted.focus && focusIsLost()) (find(`#${acted.id} :is(.name a, h1)`) ?? find("#heading")).focus();
      // More may wait behind the last row of a page.
      if (find("#rows:not(:has(tr))")) htmx.ajax("GET", location.href, { target: "#list", swap: "outerHTML" });
    } else if (sourceElement.matches(".search")) {
      find("#found").textContent = find("#list h2, #total").textContent;
    }
  });

  // Enter sends a reason, but not when it is still held down from opening the box.
  on("keydown", (event) => {
    if (event.target.name !== "reason" || event.key !== "Enter" || event.shiftKey || event.repeat || event.isComposing) return;
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
    waits.textContent = waits.disabled ? `${label} in ${left} s` : label;
    if (waits.disabled) setTimeout(count, 1000, label);
  };
  if (waits) count(waits.textContent);

  on("click", async ({ target }) => {
    const pressed = target.closest("button");
    if (!pressed) return;
    const { copy, reveals } = pressed.dataset;
    if (pressed.matches(".dismiss")) pressed.parentElement.remove();
    if (copy) {
      // Browsers hand the clipboard only to pages on https or localhost.
      try {
        await navigator.clipboard.writeText(copy);
        say("done", "Copied");
      } catch {
        say("refused", "Copying failed.");
      }
    }
    if (reveals) {
      const field = find("#" + reveals);
      const hidden = field.type === "password";
      field.type = hidden ? "text" : "password";
      pressed.ariaPressed = hidden;
    }
  });
}
