// Both neighbours of a gateway: a stand-in for Guestlist that keeps its contract, and an API that tells what reached it.

import { createHash } from "node:crypto";
import { createServer } from "node:http";

export const TOKEN = "a-token-of-32-characters-or-more.";
export const IDENTITY = {
  "X-Developer-Id": "0193e2a0-0000-7000-8000-000000000001",
  "X-Developer-Email": "%C3%A4da@x.example",
  "X-Application-Id": "0193e2a0-0000-7000-8000-000000000002",
  "X-Application-Name": "50%25 off",
  "X-Key-Id": "0193e2a0-0000-7000-8000-000000000003",
};
export const KEYS = {
  good: `glk_${"G".repeat(38)}`,
  another: `glk_${"A".repeat(38)}`,
  notApproved: `glk_${"N".repeat(38)}`,
  unknown: `glk_${"U".repeat(38)}`,
  // Its answer is as long as any: names of 200 letters that take twelve bytes each, addresses of 254 that take three.
  longest: `glk_${"L".repeat(38)}`,
  undecided: `glk_${"D".repeat(38)}`,
};
export const LONGEST = {
  ...IDENTITY,
  "X-Developer-Email": "%C3%A4".repeat(127),
  "X-Application-Name": "%F0%9F%98%80".repeat(200),
  // What else stands in an answer.
  "X-Other": "x".repeat(1_000),
};

const pairs = (raw) => Array.from({ length: raw.length / 2 }, (_, i) => [raw[2 * i].toLowerCase(), raw[2 * i + 1]]);

class Server {
  requests = [];
  sockets = new Set();
  connections = 0;

  async open(port = 0) {
    this.http = createServer((request, response) => {
      const chunks = [];
      request.on("data", (chunk) => chunks.push(chunk));
      request.on("end", () => {
        const { method, url, rawHeaders } = request;
        const seen = { method, url, headers: pairs(rawHeaders), body: Buffer.concat(chunks) };
        this.requests.push(seen);
        this.answer(seen, response);
      });
    });
    this.http.keepAliveTimeout = 75_000;
    this.http.on("connection", (socket) => {
      this.connections += 1;
      this.sockets.add(socket);
      socket.on("close", () => this.sockets.delete(socket));
    });
    await new Promise((done) => this.http.listen(port, "127.0.0.1", done));
    this.port = this.http.address().port;
    return this;
  }

  async close() {
    const gone = new Promise((done) => this.http.close(done));
    this.sockets.forEach((socket) => socket.destroy());
    await gone;
  }

  /** What came since somebody last asked. */
  take() {
    return this.requests.splice(0);
  }
}

/** Answers as the table in docs/gateway.md says. `fault`: a status instead, or "hang". */
export class CheckStub extends Server {
  fault = null;

  answer({ url, headers }, response) {
    if (this.fault === "hang") return;
    if (this.fault) return response.writeHead(this.fault, { location: "/login", "x-developer-id": "nobody" }).end("<p>not yours</p>");
    const all = (name) => headers.filter(([its]) => its === name).map(([, value]) => value);
    if (all("x-gateway-token").join() !== TOKEN) return response.writeHead(403).end();
    const bearers = all("authorization").map((value) => /^bearer\s+(glk_.*)$/i.exec(value)?.[1]);
    const keys = new Set([...all("x-api-key"), ...all("apikey"), ...bearers].filter(Boolean));
    const places = [url, ...all("x-original-uri"), ...all("x-forwarded-uri")];
    const [key] = keys;
    if (keys.size === 1 && !places.some((place) => unescape(place).includes("glk_"))) {
      if (key === KEYS.notApproved) return response.writeHead(403).end();
      if (key === KEYS.undecided) return response.writeHead(503, { "retry-after": "1" }).end();
      if (key === KEYS.longest) return response.writeHead(204, LONGEST).end();
      if ([KEYS.good, KEYS.another].includes(key)) return response.writeHead(204, IDENTITY).end();
    }
    response.writeHead(401, { "www-authenticate": "Bearer" }).end();
  }
}

/** An API: `/status/404` answers 404, all else 200, each with what was received. */
export class Upstream extends Server {
  answer({ method, url, headers, body }, response) {
    const status = Number(/^\/status\/(\d+)/.exec(url)?.[1] ?? 200);
    const own = { "content-type": "application/json", "x-from": "the API", "set-cookie": ["a=1", "b=2"] };
    if (status === 302) own.location = "https://elsewhere.example/?a=b";
    if (status === 401) own["www-authenticate"] = 'Basic realm="the API"';
    const sha = createHash("sha256").update(body).digest("hex");
    response.writeHead(status, own).end(JSON.stringify({ method, url, headers, length: body.length, sha }));
  }
}
