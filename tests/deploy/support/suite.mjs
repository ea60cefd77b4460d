// What holds for every gateway, whoever answers it.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { Agent, request } from "node:http";
import { after, before, describe, test } from "node:test";
import { start, versionOf } from "./gateways.mjs";
import { CheckStub, IDENTITY, KEYS, LONGEST, TOKEN, Upstream } from "./servers.mjs";

const NAMES = Object.keys(IDENTITY);
const HOST = ["Host", "api.example.com"];
const PATIENCE = 3_000;

/** As written: names keep their capitals, and may repeat. */
export function send(port, { method = "GET", path = "/things", headers = [], body, agent } = {}) {
  const sending = request({ host: "127.0.0.1", port, method, path, agent: agent ?? false, headers: [...HOST, ...headers] });
  return new Promise((done, fail) => {
    sending.on("error", fail);
    sending.setTimeout(10_000, () => sending.destroy(new Error(`${method} ${path} was not answered`)));
    sending.on("response", (response) => {
      let text = "";
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () => done({ status: response.statusCode, headers: response.headers, text }));
    });
    sending.end(body);
  });
}

/** What an API would take for this name, however its language reads names. */
const read = (headers, name) => headers.filter(([its]) => its.replace(/[^a-z0-9]/g, "-") === name.toLowerCase()).map(([, value]) => value);

/** Every test of one gateway: against a stand-in for Guestlist, which can also fail. */
export function suite(gateway) {
  const version = versionOf(gateway);
  describe(`${gateway.name} (${version ?? "not installed"})`, { skip: !version && gateway.optional }, () => {
    const stub = new CheckStub();
    const upstream = new Upstream();
    let running;
    before(async () => {
      await Promise.all([stub.open(), upstream.open()]);
      running = await start(gateway, { check: stub.port, upstream: upstream.port });
    });
    after(async () => {
      await running?.stop();
      await Promise.all([stub.close(), upstream.close()]);
    });

    const world = {
      gateway, upstream, keys: KEYS, identity: IDENTITY, ask: (options) => send(running.port, options), said: () => running.said(),
    };
    decisions(world);
    forgeries(world);
    whatGuestlistHears(world, stub);
    whatPasses(world);
    faults(world, stub);
    whatIsWrittenDown(world, stub);
  });
}

/** The table of answers. This part runs against the real Guestlist, too. */
export function decisions({ gateway, upstream, keys, identity, ask }) {
  const passes = async (headers) => {
    upstream.take();
    const answer = await ask({ headers });
    assert.equal(answer.status, 200, answer.text);
    const [received, ...more] = upstream.take();
    assert.deepEqual(more, []);
    for (const name of NAMES) assert.deepEqual(read(received.headers, name), [identity[name]], name);
    return received;
  };
  const isRefused = async (status, options) => {
    upstream.take();
    const answer = await ask(options);
    assert.equal(answer.status, status, answer.text);
    assert.equal(answer.headers["www-authenticate"], status === 401 ? "Bearer" : undefined);
    assert.equal(answer.headers.location, undefined);
    assert.deepEqual(upstream.take(), [], "nothing reaches the API");
  };

  for (const [place, headers] of Object.entries({
    "X-API-Key": ["X-API-Key", keys.good],
    "apikey": ["apikey", keys.good],
    "Authorization": ["Authorization", `Bearer ${keys.good}`],
    "Authorization, oddly written": ["aUTHORIZATION", `bEARER   ${keys.good}`],
    "all three headers": ["x-api-key", keys.good, "APIKEY", keys.good, "authorization", `Bearer ${keys.good}`],
  })) {
    test(`a good key in ${place} passes with the identity and without the key`, async () => {
      const { headers: received } = await passes(headers);
      assert.ok(!JSON.stringify(received).includes("glk_"), "the key stays here");
    });
  }

  for (const [what, value] of Object.entries({ "Basic": "Basic QWxhZGRpbjpvcGVu", "Bearer of somebody else": "Bearer eyJhbGciOi.J9.x" })) {
    test(`Authorization: ${what} is the API's own and is handed on`, async () => {
      const { headers } = await passes(["Authorization", value, "X-API-Key", keys.good]);
      assert.deepEqual(read(headers, "authorization"), [value]);
      await isRefused(401, { headers: ["Authorization", value] });
    });
  }

  test("no key: 401", () => isRefused(401, {}));
  test("an empty key: 401", () => isRefused(401, { headers: ["X-API-Key", ""] }));
  test("an unknown key: 401", () => isRefused(401, { headers: ["apikey", keys.unknown] }));
  for (const garbage of ["glk_", "x", keys.good.slice(0, -1), `${keys.good}0`, "'\"<>&%00", "ä".repeat(20), "k".repeat(4_000)]) {
    test(`garbage ${JSON.stringify(garbage.slice(0, 12))}…: 401`, () =>
      isRefused(401, { headers: ["X-API-Key", Buffer.from(garbage).toString("latin1")] }));
  }
  test("two different keys: 401", () => isRefused(401, { headers: ["X-API-Key", keys.good, "apikey", keys.another] }));
  test("a key and another Bearer key: 401", () =>
    isRefused(401, { headers: ["X-API-Key", keys.good, "Authorization", `Bearer ${keys.another}`] }));
  test("one header twice with different keys", async () => {
    const headers = ["X-API-Key", keys.good, "X-API-Key", keys.another];
    // It shows Guestlist the first alone, and the API none.
    if (gateway.seesFirstOnly?.test(versionOf(gateway))) return assert.ok(!JSON.stringify((await passes(headers)).headers).includes("glk_"));
    await isRefused(401, { headers });
  });
  test("a key in the query: 401", () => isRefused(401, { path: `/things?a=b&key=${keys.good}` }));
  test("a key in the query, written otherwise: 401", () =>
    isRefused(401, { path: `/things?key=${keys.good.replace("_", "%5f")}`, headers: ["X-API-Key", keys.good] }));
  test("a key in the query beside a good one: 401", () =>
    isRefused(401, { path: `/things?key=${keys.good}`, headers: ["X-API-Key", keys.good] }));
  test("somebody who is not approved: 403", () => isRefused(403, { headers: ["X-API-Key", keys.notApproved] }));
  test("any method is asked about", async () => {
    for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
      const headers = ["X-API-Key", keys.good, "Content-Length", "0"];
      upstream.take();
      assert.equal((await ask({ method })).status, 401, method);
      assert.equal((await ask({ method, headers })).status, 200, method);
      assert.deepEqual(upstream.take().map((received) => received.method), [method]);
    }
  });
}

/** Whatever the client says about itself, the API hears what Guestlist says. */
export function forgeries({ upstream, keys, identity, ask }) {
  const spelled = (change) => NAMES.flatMap((name) => [change(name), "forged"]);
  const good = ["X-API-Key", keys.good];
  for (const [form, forged] of Object.entries({
    "as they are": spelled((name) => name),
    "in lower case": spelled((name) => name.toLowerCase()),
    "in capitals": spelled((name) => name.toUpperCase()),
    "in mixed capitals": spelled((name) => [...name].map((c, i) => (i % 2 ? c.toUpperCase() : c.toLowerCase())).join("")),
    "with underscores": spelled((name) => name.replaceAll("-", "_")),
    "with underscores in capitals": spelled((name) => name.replaceAll("-", "_").toUpperCase()),
    "with one underscore in front": spelled((name) => name.replace("-", "_")),
    "with one underscore behind": spelled((name) => name.replace(/-(\w+)$/, "_$1")),
    "with dots": spelled((name) => name.replaceAll("-", ".")),
    "twice": [...spelled((name) => name), ...spelled((name) => name.toLowerCase())],
    "empty": NAMES.flatMap((name) => [name, ""]),
    "in every form at once": ["-", "_", "."].flatMap((mark) => spelled((name) => name.replaceAll("-", mark))),
  })) {
    for (const [where, headers] of [["before", [...forged, ...good]], ["behind", [...good, ...forged]]]) {
      test(`identity headers ${form}, ${where} the key, are not the client's to say`, async () => {
        upstream.take();
        const { status, text } = await ask({ headers });
        assert.equal(status, 200, text);
        const [received] = upstream.take();
        for (const name of NAMES) assert.deepEqual(read(received.headers, name), [identity[name]], name);
        assert.ok(!JSON.stringify(received.headers).includes("forged"));
      });
    }
  }

  for (const name of [...NAMES, "X-API-Key", "apikey", "Authorization"]) {
    test(`\`Connection: ${name}\` takes nothing away`, async () => {
      upstream.take();
      const { status } = await ask({ headers: [...good, "Connection", `${name}, keep-alive`] });
      const [received] = upstream.take();
      if (status === 401) return assert.equal(received, undefined);
      assert.equal(status, 200);
      for (const its of NAMES) assert.deepEqual(read(received.headers, its), [identity[its]], its);
      assert.ok(!JSON.stringify(received.headers).includes("glk_"));
    });
  }
}

function whatGuestlistHears({ gateway, upstream, keys, ask }, stub) {
  test("Guestlist hears the key, the address and the token, and neither body nor cookies", async () => {
    const headers = ["X-API-Key", keys.good, "Cookie", "session=secret", "X-Gateway-Token", "guessed", "X-Original-URI", "/else", "Content-Length", "5"];
    [stub, upstream].forEach((server) => server.take());
    assert.equal((await ask({ method: "POST", path: "/a%20b/c?x=1&y=%2F", headers, body: "hello" })).status, 200);
    const [check, ...more] = stub.take();
    assert.deepEqual(more, []);
    assert.match(check.url, /^\/gateway\/check/);
    assert.deepEqual(read(check.headers, "x-api-key"), [keys.good]);
    assert.deepEqual(read(check.headers, "x-gateway-token"), [TOKEN]);
    const asked = gateway.appendsPath ? [check.url.replace("/gateway/check", "")] : read(check.headers, "x-original-uri");
    assert.deepEqual(asked, ["/a%20b/c?x=1&y=%2F"]);
    assert.equal(check.body.length, 0);
    assert.equal(read(check.headers, "cookie").length, 0);
    assert.equal(read(check.headers, "transfer-encoding").length, 0);
    const [received] = upstream.take();
    assert.equal(received.url, "/a%20b/c?x=1&y=%2F");
    assert.deepEqual(read(received.headers, "x-gateway-token"), [], "the API is not told what the gateway knows");
    assert.deepEqual(read(received.headers, "cookie"), ["session=secret"]);
  });

  test("nothing but what it needs", async () => {
    const sent = ["Accept", "Accept-Language", "User-Agent", "Referer", "Origin", "If-None-Match", "Range", "X-Mine", "X-Forwarded-For"];
    stub.take();
    await ask({ headers: [...sent.flatMap((name) => [name, "from-the-client"]), "apikey", keys.good] });
    const [check] = stub.take();
    const known = check.headers.filter(([, value]) => value.includes("from-the-client")).map(([name]) => name);
    assert.deepEqual(known, gateway.handsOnOthers ?? []);
  });

  test("100 requests, ten at a time, are 100 questions over few connections", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 10 });
    stub.take();
    const before = stub.connections;
    const answers = await Promise.all(Array.from({ length: 100 }, () => ask({ headers: ["apikey", keys.good], agent })));
    agent.destroy();
    assert.ok(answers.every(({ status }) => status === 200));
    assert.equal(stub.take().length, 100, "no answer is kept");
    const opened = stub.connections - before;
    assert.ok(opened <= 10, `${opened} connections`);
  });

  test("100 requests one after another share a connection", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const before = stub.connections;
    for (let i = 0; i < 100; i++) assert.equal((await ask({ headers: ["apikey", keys.good], agent })).status, 200);
    agent.destroy();
    assert.ok(stub.connections - before <= 1, `${stub.connections - before} connections`);
  });
}

function whatPasses({ upstream, keys, ask }) {
  test("the longest names there are come through whole", async () => {
    upstream.take();
    const answer = await ask({ headers: ["X-API-Key", keys.longest] });
    assert.equal(answer.status, 200, answer.text);
    const [received] = upstream.take();
    for (const name of NAMES) assert.deepEqual(read(received.headers, name), [LONGEST[name]], name);
  });

  for (const status of [200, 201, 302, 400, 401, 403, 404, 429, 500, 502, 503, 504]) {
    test(`the API's own ${status} comes back as it is`, async () => {
      upstream.take();
      const answer = await ask({ path: `/status/${status}`, headers: ["X-API-Key", keys.good] });
      assert.equal(answer.status, status);
      assert.equal(answer.headers["x-from"], "the API");
      assert.deepEqual(answer.headers["set-cookie"], ["a=1", "b=2"]);
      assert.equal(answer.headers.location, status === 302 ? "https://elsewhere.example/?a=b" : undefined);
      assert.equal(answer.headers["www-authenticate"], status === 401 ? 'Basic realm="the API"' : undefined);
      assert.equal(answer.headers["retry-after"], undefined);
      assert.equal(JSON.parse(answer.text).url, `/status/${status}`);
      assert.equal(upstream.take().length, 1, "it is asked once");
    });
  }

  const body = randomBytes(1024 * 1024);
  for (const [how, headers] of [["by length", ["Content-Length", `${body.length}`]], ["in chunks", ["Transfer-Encoding", "chunked"]]]) {
    test(`1 MB ${how} arrives whole`, async () => {
      const answer = await ask({ method: "POST", headers: ["X-API-Key", keys.good, ...headers], body });
      assert.equal(answer.status, 200, answer.text);
      const { length, sha } = JSON.parse(answer.text);
      assert.deepEqual({ length, sha }, { length: body.length, sha: createHash("sha256").update(body).digest("hex") });
    });
    test(`1 MB ${how} without a good key arrives nowhere`, async () => {
      upstream.take();
      // Some answer while they are still written to, and close.
      const status = await ask({ method: "POST", headers, body }).then((answer) => answer.status, () => 401);
      assert.equal(status, 401);
      assert.deepEqual(upstream.take(), []);
    });
  }
}

function faults({ gateway, upstream, keys, ask }, stub) {
  const asked = ["X-API-Key", keys.good];
  const cannotDecide = async () => {
    upstream.take();
    const began = performance.now();
    const answer = await ask({ headers: asked });
    assert.equal(answer.status, 503, answer.text);
    assert.ok(performance.now() - began < PATIENCE, `${Math.round(performance.now() - began)} ms`);
    assert.equal(answer.headers.location, undefined);
    assert.ok(!answer.text.includes("not yours"), "what Guestlist says beside its answer is not for the caller");
    assert.deepEqual(upstream.take(), [], "nothing reaches the API");
  };
  const whileItAnswers = async (fault) => {
    stub.fault = fault;
    await cannotDecide().finally(() => (stub.fault = null));
    assert.equal((await ask({ headers: asked })).status, 200, "and good again at once");
  };

  for (const fault of [503, 500, 502, 404, 302, 429, 400]) {
    test(`Guestlist answers ${fault}: 503`, () => whileItAnswers(fault));
  }
  test("Guestlist hangs: 503 within 3 s", async () => {
    stub.fault = "hang";
    await cannotDecide().finally(() => (stub.fault = null));
  });
  test("the next request after a revoke is refused, the next after a reapproval passes", async () => {
    for (const status of [200, 403, 200, 401, 200]) {
      stub.fault = status === 200 ? null : status;
      assert.equal((await ask({ headers: asked })).status, status);
    }
    stub.fault = null;
  });
  test("Guestlist is down: 503, and good again within 5 s of its return", async () => {
    const { port } = stub;
    await stub.close();
    try {
      await cannotDecide();
      await cannotDecide();
    } finally {
      await stub.open(port);
    }
    const began = performance.now();
    while ((await ask({ headers: asked })).status !== 200) assert.ok(performance.now() - began < 5_000);
  });
  test(`the API is down: ${gateway.apiDown}, which is not Guestlist's doing`, async () => {
    const { port } = upstream;
    await upstream.close();
    try {
      const answer = await ask({ headers: asked });
      assert.equal(answer.status, gateway.apiDown);
      assert.equal(answer.headers["retry-after"], undefined);
    } finally {
      await upstream.open(port);
    }
  });
  for (const fault of ["down", 503]) {
    const skip = fault === 503 && gateway.asksOnceAnswered ? "it takes the first answer" : false;
    test(`two instances, one of them ${fault}: nobody notices`, { skip }, async () => {
      const [faulty, sound] = await Promise.all([new CheckStub().open(), new CheckStub().open()]);
      if (fault === "down") await faulty.close();
      else faulty.fault = fault;
      const both = await start(gateway, { check: [faulty.port, sound.port], upstream: upstream.port });
      try {
        for (let i = 0; i < 20; i++) assert.equal((await send(both.port, { headers: asked })).status, 200, `request ${i}`);
      } finally {
        await both.stop();
        await Promise.all([sound.close(), fault === "down" || faulty.close()]);
      }
    });
  }
  test("two instances that both cannot decide about one key: others are not shut out", async () => {
    const stubs = await Promise.all([new CheckStub().open(), new CheckStub().open()]);
    const both = await start(gateway, { check: stubs.map(({ port }) => port), upstream: upstream.port });
    const is = async (status, key) => assert.equal((await send(both.port, { headers: ["X-API-Key", key] })).status, status);
    try {
      await is(200, keys.good);
      for (let i = 0; i < 10; i++) await is(503, keys.undecided);
      assert.ok(stubs.every((stub) => stub.take().length > 1), "both were asked");
      for (let i = 0; i < 20; i++) await is(200, keys.good);
    } finally {
      await both.stop();
      await Promise.all(stubs.map((stub) => stub.close()));
    }
  });
  test("two instances, one restarted soon after the other: nobody notices", async () => {
    const stubs = await Promise.all([new CheckStub().open(), new CheckStub().open()]);
    const both = await start(gateway, { check: stubs.map(({ port }) => port), upstream: upstream.port });
    const passes = async (when) => {
      for (let i = 0; i < 10; i++) assert.equal((await send(both.port, { headers: asked })).status, 200, `${when}, request ${i}`);
    };
    try {
      await passes("before");
      for (const [n, stub] of stubs.entries()) {
        const { port } = stub;
        await stub.close();
        await passes(`while ${n} is down`).finally(() => stub.open(port));
        await passes(`after ${n} is back`);
      }
    } finally {
      await both.stop();
      await Promise.all(stubs.map((stub) => stub.close()));
    }
  });
  test("started while Guestlist is down: 503", async () => {
    const nobody = await new CheckStub().open();
    await nobody.close();
    const alone = await start(gateway, { check: nobody.port, upstream: upstream.port });
    try {
      upstream.take();
      assert.equal((await send(alone.port, { headers: asked })).status, 503);
      assert.deepEqual(upstream.take(), []);
    } finally {
      await alone.stop();
    }
  });
}

/** After all that went well and wrong before, with keys in headers and in addresses. */
function whatIsWrittenDown({ gateway, upstream, keys, ask, said }, stub) {
  test("no log of the gateway holds a key", async () => {
    const good = ["X-API-Key", keys.good];
    const inAddresses = [`/things?key=${keys.good}`, `/things/${keys.good}?a=b`, `/things?key=${keys.good.replace("_", "%5F")}`];
    const askAll = async (statuses) => {
      for (const path of inAddresses) {
        const { status } = await ask({ path, headers: good });
        assert.ok(statuses.includes(status), `${status}`);
      }
    };
    await askAll([401]);
    const { port } = stub;
    await stub.close();
    await askAll([503]).finally(() => stub.open(port));
    const api = upstream.port;
    await upstream.close();
    try {
      assert.equal((await ask({ path: "/the-last", headers: good })).status, gateway.apiDown);
    } finally {
      await upstream.open(api);
    }
    if (gateway.logs) {
      const began = performance.now();
      while (!said().includes(gateway.logs("/the-last"))) {
        assert.ok(performance.now() - began < 3_000, said());
        await new Promise((done) => setTimeout(done, 20));
      }
    }
    assert.doesNotMatch(said().replaceAll("%5F", "_"), /glk_/);
  });
}
