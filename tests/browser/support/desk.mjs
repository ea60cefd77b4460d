// A real Guestlist with a database of its own, and what its admins do without a browser.

import { execFile, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Sink } from "./mail.mjs";

const run = promisify(execFile);
const top = resolve(fileURLToPath(import.meta.url), "../../../..");
const program = resolve(top, process.env.CARGO_TARGET_DIR ?? "target", "debug/guestlist");
export const fixture = (name) => resolve(top, "tests/browser/fixtures", name);

export const KIM = { name: "Kim Lee", email: "kim@desk.example", password: "nine green parcels sail" };
export const MARTA = { name: "Marta Nowak", email: "marta@desk.example", password: "four quiet lanterns hum" };

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** What stays with somebody who signed in, as Playwright takes it. */
function storageState(response) {
  const cookies = response.headers.getSetCookie().map((line) => {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
    return { name, value, domain: "127.0.0.1", path: "/", expires: -1, httpOnly: true, secure: false, sameSite: "Lax" };
  });
  return { cookies: cookies.filter((cookie) => /(admin|developer)$/.test(cookie.name)), origins: [] };
}

export class Desk {
  /**
   * `demo` fills it with made-up developers, `people` names a fixture to import. Kim is set up and signed in, unless
   * `admins` is false. With `mail` it sends to a sink of its own, which tests find as `desk.sink`.
   */
  static async open({ demo = false, people = [], admins = true, mail = false } = {}) {
    const desk = new this();
    if (mail) desk.sink = await Sink.open();
    desk.folder = mkdtempSync(join(tmpdir(), "guestlist-browser-"));
    // PostgreSQL, which refuses root, reaches its data by another account.
    chmodSync(desk.folder, 0o755);
    desk.port = await freePort();
    desk.url = `http://127.0.0.1:${desk.port}`;
    if (demo) await desk.tell("demo");
    for (const file of [people].flat()) await desk.tell("import", fixture(file));
    await desk.start();
    if (admins) {
      const { name: full_name, email, password } = KIM;
      desk.kim = storageState(await desk.post(new URL(desk.setupLink).pathname, { full_name, email, password }));
    }
    return desk;
  }

  get environment() {
    const own = {
      GUESTLIST_DATA_DIR: this.folder,
      GUESTLIST_LISTEN: `127.0.0.1:${this.port}`,
      GUESTLIST_LOG: "error",
      // Whoever comes may say from where: see `anotherAddress`.
      GUESTLIST_TRUSTED_PROXIES: "127.0.0.1",
    };
    const mail = this.sink && { GUESTLIST_SMTP_URL: this.sink.url, GUESTLIST_MAIL_FROM: "guests@desk.example" };
    const inherited = Object.entries(process.env).filter(([name]) => !/^(DATABASE_URL|GUESTLIST_)/.test(name));
    return { ...Object.fromEntries(inherited), ...own, ...mail };
  }

  /** Runs a command beside the server. */
  async tell(...words) {
    return (await run(program, words, { env: this.environment })).stdout;
  }

  start() {
    this.server = spawn(program, [], { env: this.environment, stdio: ["ignore", "pipe", "pipe"] });
    const kill = () => this.server.kill("SIGKILL");
    process.once("exit", kill);
    let said = "";
    return new Promise((done, fail) => {
      this.server.stderr.on("data", (text) => (said += text));
      this.server.once("exit", (code) => {
        process.off("exit", kill);
        fail(new Error(`guestlist ended with ${code}:\n${said}`));
      });
      this.server.stdout.on("data", async (text) => {
        said += text;
        this.setupLink ??= /\S+\/admin\/setup\/\S+/.exec(said)?.[0];
        if (!said.includes("serves at")) return;
        // The link is printed behind the address; a desk that has an admin prints none.
        while (!(await fetch(`${this.url}/readyz`).catch(() => null))?.ok);
        done();
      });
    });
  }

  /** Another instance on the same database, by its address, at `port` if given; `close` ends it as well. */
  async beside(port) {
    port ??= await freePort();
    const environment = { ...this.environment, GUESTLIST_LISTEN: `127.0.0.1:${port}` };
    const server = spawn(program, [], { env: environment, stdio: "ignore" });
    process.once("exit", () => server.kill("SIGKILL"));
    const gone = new Promise((done) => server.once("exit", (code) => done(code)));
    const url = `http://127.0.0.1:${port}`;
    while (server.exitCode === null && !(await fetch(`${url}/readyz`).catch(() => null))?.ok);
    const other = {
      url,
      port,
      name: `127.0.0.1:${port}`,
      /** Asks it to stop, and waits; its exit code. */
      terminate: () => {
        server.kill("SIGTERM");
        return gone;
      },
      freeze: () => server.kill("SIGSTOP"),
      thaw: () => server.kill("SIGCONT"),
      close: () => {
        server.kill("SIGCONT");
        server.kill("SIGINT");
        server.kill("SIGINT");
        return gone;
      },
    };
    (this.others ??= []).push(other);
    return other;
  }

  async close() {
    for (const other of this.others ?? []) await other.close();
    const gone = new Promise((done) => this.server.once("exit", done));
    this.server.kill("SIGINT");
    this.server.kill("SIGINT");
    await gone;
    await this.sink?.sleep();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  /** Posts a form as a browser would from one of the desk's own pages. */
  post(path, fields, who) {
    const headers = { origin: this.url, cookie: cookieOf(who), "x-forwarded-for": anotherAddress() };
    return fetch(this.url + path, { method: "POST", redirect: "manual", headers, body: new URLSearchParams(fields) });
  }

  get(path, who = this.kim, headers = {}) {
    return fetch(this.url + path, { redirect: "manual", headers: { cookie: cookieOf(who), ...headers } });
  }

  /** A session of this admin, or by `door` "/login" of this developer, that shares nothing with any other. */
  async signIn({ email, password }, door = "/admin/login") {
    return storageState(await this.post(door, { email, password }));
  }

  /** A second admin, made once. */
  async marta() {
    this.martas ??= (async () => {
      const made = run(program, ["admin", "create", "--email", MARTA.email, "--name", MARTA.name], { env: this.environment });
      made.child.stdin.end(MARTA.password + "\n");
      await made;
      return this.signIn(MARTA);
    })();
    return this.martas;
  }

  /** A developer as the list shows them now. */
  async find(email) {
    const page = await (await this.get(`/admin/developers?status=all&q=${encodeURIComponent(email)}`)).text();
    const row = page.split("<tr ").find((row) => unescaped(row).includes(`>${email}<`));
    const id = /^id="developer-([^"]+)"/.exec(row)?.[1];
    const version = /name="version" value="(\d+)"/.exec(row)?.[1];
    return { id, version, path: `/admin/developers/${id}` };
  }

  /** Somebody acts while a browser shows the page from before. */
  async act(email, action, { who = this.kim, reason = "" } = {}) {
    const { path, version } = await this.find(email);
    const answer = await this.post(`${path}/transitions`, { action, version, reason }, who);
    if (answer.status !== 303) throw new Error(`${action} of ${email} answered ${answer.status}`);
  }

  async remove(email, { who = this.kim } = {}) {
    const { path } = await this.find(email);
    const version = /name="version" value="(\d+)"/.exec(await (await this.get(`${path}/delete`)).text())[1];
    const answer = await this.post(`${path}/delete`, { version }, who);
    if (answer.status !== 303) throw new Error(`deleting ${email} answered ${answer.status}`);
  }

  /** The log's entries of one kind about one person, as texts. */
  async entries(email, kind) {
    const page = await (await this.get(`/admin/activity?q=${encodeURIComponent(email)}&kind=${kind}`)).text();
    return [...page.matchAll(/<tr[^>]*>\s*<td[^]*?<\/tr>/g)].map(([row]) => row.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ").trim());
  }

  /** Stops every process of the database where it stands. Only whoever started it may end it; this does not. */
  freezeDatabase() {
    this.frozen = this.databaseProcesses();
    this.frozen.forEach((pid) => process.kill(pid, "SIGSTOP"));
  }

  thawDatabase() {
    this.frozen.forEach((pid) => process.kill(pid, "SIGCONT"));
  }

  databaseProcesses() {
    const postmaster = Number(readFileSync(join(this.folder, "postgres/pgdata/postmaster.pid"), "utf8").split("\n")[0]);
    const parentOf = (pid) => {
      try {
        return Number(readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) . /, "").split(" ")[0]);
      } catch {
        return 0;
      }
    };
    const children = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && parentOf(name) === postmaster);
    return [postmaster, ...children.map(Number)];
  }
}

let addressesSoFar = 0;

/** Where the next one comes from, so that no throttle takes all for one person. */
export const anotherAddress = () => `10.0.${++addressesSoFar >> 8}.${addressesSoFar & 255}`;

const unescaped = (html) => html.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(code));

function cookieOf(who) {
  return (who?.cookies ?? []).map(({ name, value }) => `${name}=${value}`).join("; ");
}
