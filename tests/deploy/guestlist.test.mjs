// The gateways before the real Guestlist, with keys that developers made on their own pages.

import assert from "node:assert/strict";
import { Agent } from "node:http";
import { after, before, describe, test } from "node:test";
import { Desk } from "../browser/support/desk.mjs";
import { CADDY, ENVOY, HAPROXY, NGINX, start, versionOf } from "./support/gateways.mjs";
import { TOKEN, Upstream } from "./support/servers.mjs";
import { decisions, forgeries, send } from "./support/suite.mjs";

const RESTARTS = 8;
const PASSWORD = "seven copper kettles ring";

/** A Guestlist that gateways have to show a token to. */
class GuardedDesk extends Desk {
  get environment() {
    return { ...super.environment, GUESTLIST_GATEWAY_TOKEN: TOKEN };
  }

  async developer(full_name, email) {
    const fields = { full_name, email, password: PASSWORD, organization: "", purpose: "", terms: "yes", terms_seen: "1" };
    await this.post("/register", { ...fields, started: String(Date.now() - 5_000) });
    await this.act(email, "approve");
    const who = await this.signIn({ email, password: PASSWORD }, "/login");
    return { who, email, id: (await this.find(email)).id };
  }

  async application({ who }, name) {
    const answer = await this.post("/account/applications", { name, description: "", callback_url: "" }, who);
    const path = answer.headers.get("location");
    assert.match(path ?? "", /^\/account\/applications\/[^/]+$/, await answer.text());
    return { path, name, id: path.split("/").at(-1) };
  }

  async key({ who }, { path }, name) {
    const known = await this.keysOf(who, path);
    const page = await (await this.post(`${path}/keys`, { name, expires_on: "" }, who)).text();
    const secret = /\bglk_\w{38}\b/.exec(page)?.[0];
    assert.ok(secret, page);
    const [id] = (await this.keysOf(who, path)).filter((id) => !known.includes(id));
    return { secret, id };
  }

  async keysOf(who, path) {
    const page = await (await this.get(path, who)).text();
    return [...page.matchAll(/\/account\/keys\/([^/"]+)\/revoke/g)].map(([, id]) => id);
  }
}

const desk = await GuardedDesk.open();
const ada = await desk.developer("Ada", "ada@x.example");
const application = await desk.application(ada, "50 % Wörter");
const key = await desk.key(ada, application, "Production");
const another = await desk.key(ada, application, "Staging");
const revoked = await desk.key(ada, application, "Old");
await desk.post(`/account/keys/${revoked.id}/revoke`, {}, ada.who);
const bob = await desk.developer("Bob", "bob@x.example");
const bobs = await desk.key(bob, await desk.application(bob, "Radar"), "Production");
await desk.act(bob.email, "revoke");

const keys = { good: key.secret, another: another.secret, notApproved: bobs.secret, unknown: revoked.secret };
const identity = {
  "X-Developer-Id": ada.id,
  "X-Developer-Email": "ada@x.example",
  "X-Application-Id": application.id,
  "X-Application-Name": "50 %25 W%C3%B6rter",
  "X-Key-Id": key.id,
};

after(() => desk.close());

for (const gateway of [NGINX, CADDY, HAPROXY, ENVOY]) {
  const version = versionOf(gateway);
  describe(`${gateway.name} before Guestlist`, { skip: !version && gateway.optional }, () => {
    const upstream = new Upstream();
    let running;
    before(async () => {
      await upstream.open();
      running = await start(gateway, { check: desk.port, upstream: upstream.port });
    });
    after(async () => {
      await running?.stop();
      await upstream.close();
    });

    const world = { gateway, upstream, keys, identity, ask: (options) => send(running.port, options) };
    decisions(world);
    forgeries(world);

    test("a revoked developer is out within a second, and in again as soon after a reapproval", async () => {
      const answer = async () => (await world.ask({ headers: ["apikey", key.secret] })).status;
      const is = async (status) => {
        const began = performance.now();
        while ((await answer()) !== status) assert.ok(performance.now() - began < 1_000);
        for (let i = 0; i < 5; i++) assert.equal(await answer(), status, "and it stays so");
      };
      await is(200);
      await desk.act(ada.email, "revoke");
      await is(403);
      await desk.act(ada.email, "reapprove");
      await is(200);
    });
  });
}

test("nginx before two instances that are stopped and started again in turns: nobody notices", async () => {
  const upstream = await new Upstream().open();
  let instances = [await desk.beside(), await desk.beside()];
  const running = await start(NGINX, { check: instances.map(({ port }) => port), upstream: upstream.port });
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  let over = false;
  const statuses = {};
  const asking = Array.from({ length: 4 }, async () => {
    while (!over) {
      const { status } = await send(running.port, { headers: ["X-API-Key", key.secret], agent });
      statuses[status] = (statuses[status] ?? 0) + 1;
      await new Promise((done) => setTimeout(done, 10));
    }
  });
  const worst = { stop: 0 };
  try {
    for (let round = 0; round < RESTARTS; round++) {
      const [first, second] = instances;
      const began = performance.now();
      assert.equal(await first.terminate(), 0, "it ends by itself");
      worst.stop = Math.max(worst.stop, performance.now() - began);
      instances = [second, await desk.beside(first.port)];
    }
  } finally {
    over = true;
    await Promise.all(asking);
    agent.destroy();
    await running.stop();
    await upstream.close();
  }
  console.log(`${RESTARTS} restarts under ${statuses[200]} requests, ${Math.round(worst.stop)} ms to stop at the longest`);
  assert.deepEqual(Object.keys(statuses), ["200"], JSON.stringify(statuses));
  assert.ok(statuses[200] > RESTARTS * 20, "it was asked all the time");
});
