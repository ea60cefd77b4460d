// The real programs, each with its file from deploy/ in which nothing but ports and paths was replaced.

import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, connect } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { TOKEN } from "./servers.mjs";

const deploy = resolve(fileURLToPath(import.meta.url), "../../../../deploy");

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

const listens = (port) =>
  new Promise((done) => {
    const socket = connect(port, "127.0.0.1", () => done(true)).on("error", () => done(false));
    socket.on("connect", () => socket.destroy());
  });

/** Each replacement must hit: a recipe that changed is not tested by chance. */
function rendered(file, replacements) {
  let text = readFileSync(join(deploy, file), "utf8");
  for (const [from, to] of replacements) {
    const before = text;
    text = from instanceof RegExp ? text.replace(from, to) : text.replaceAll(from, to);
    if (text === before) throw new Error(`${file} has no ${from}`);
  }
  return text;
}

/** One instance of Guestlist, or a line for each of several. */
const instances = (ports, line, between = " ") => [ports].flat().map(line).join(between);

export const NGINX = {
  name: "nginx",
  apiDown: 502,
  // A line for each request, of this path.
  logs: (path) => `"GET ${path}"`,
  program: "nginx",
  version: ["-v"],
  // Of a repeated header; later versions join them.
  seesFirstOnly: /nginx\/1\.(\d|1\d|2[0-2])\./,
  prepare({ folder, port, check, upstream }) {
    // Built beside Debian's, nginx has no folders of its own: all of them are the test's.
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `${kind}_temp_path ${folder}/${kind};`);
    writeFileSync(join(folder, "token.conf"), `proxy_set_header X-Gateway-Token "${TOKEN}";\n`);
    writeFileSync(join(folder, "recipe.conf"), rendered("nginx.conf", [
      ["server 127.0.0.1:8080 max_fails=0;", instances(check, (port) => `server 127.0.0.1:${port} max_fails=0;`)],
      ["127.0.0.1:9000", `127.0.0.1:${upstream}`],
      ["listen 80;", `listen 127.0.0.1:${port};`],
      ["/etc/nginx/guestlist-token*.conf", `${folder}/token*.conf`],
      ["/var/log/nginx/", `${folder}/`],
    ]));
    writeFileSync(join(folder, "nginx.conf"), `daemon off; pid ${folder}/pid; worker_processes 1; error_log stderr;
      events {} http { access_log off; ${temporary.join(" ")} include ${folder}/recipe.conf; }`);
    return { words: ["-c", join(folder, "nginx.conf"), "-e", "stderr", "-p", folder] };
  },
};

export const CADDY = {
  name: "Caddy",
  apiDown: 502,
  program: "caddy",
  version: ["version"],
  handsOnOthers: ["origin", "range", "x-mine"],
  // Another instance is asked only where one does not answer at all.
  asksOnceAnswered: true,
  prepare({ folder, port, check, upstream }) {
    writeFileSync(join(folder, "Caddyfile"), "{\n\tadmin off\n\tdefault_bind 127.0.0.1\n}\n" + rendered("Caddyfile", [
      ["api.example.com", `http://api.example.com:${port}`],
      ["127.0.0.1:8080", instances(check, (port) => `127.0.0.1:${port}`)],
      ["127.0.0.1:9000", `127.0.0.1:${upstream}`],
    ]));
    const environment = { GUESTLIST_GATEWAY_TOKEN: TOKEN, HOME: folder };
    return { words: ["run", "--config", join(folder, "Caddyfile"), "--adapter", "caddyfile"], environment };
  },
};

export const HAPROXY = {
  name: "HAProxy",
  apiDown: 503,
  program: "haproxy",
  version: ["-v"],
  prepare({ folder, port, check, upstream }) {
    writeFileSync(join(folder, "guestlist.lua"), rendered("haproxy/guestlist.lua", [["abns@guestlist", `abns@guestlist-${port}`]]));
    writeFileSync(join(folder, "haproxy.cfg"), rendered("haproxy/haproxy.cfg", [
      ["bind :80", `bind 127.0.0.1:${port}`],
      ["server guestlist 127.0.0.1:8080 ", instances(check, (port) => `server guestlist-${port} 127.0.0.1:${port}`, "\n    ")],
      ["127.0.0.1:9000", `127.0.0.1:${upstream}`],
      ["/etc/haproxy/guestlist.lua", `${folder}/guestlist.lua`],
      ["abns@guestlist", `abns@guestlist-${port}`],
    ]));
    return { words: ["-db", "-f", join(folder, "haproxy.cfg")], environment: { GUESTLIST_GATEWAY_TOKEN: TOKEN } };
  },
};

export const ENVOY = {
  name: "Envoy",
  apiDown: 503,
  program: process.env.ENVOY || "envoy",
  version: ["--version"],
  // Debian has none; whoever has one names it in ENVOY.
  optional: true,
  appendsPath: true,
  prepare({ folder, port, check, upstream }) {
    writeFileSync(join(folder, "envoy.yaml"), rendered("envoy.yaml", [
      ["address: 0.0.0.0, port_value: 80 ", `address: 127.0.0.1, port_value: ${port} `],
      [/^( *- endpoint: .*port_value: )8080(.*)$/m, instances(check, (port) => `$1${port}$2`, "\n")],
      ["port_value: 9000", `port_value: ${upstream}`],
    ]));
    const words = ["-c", join(folder, "envoy.yaml"), "--disable-hot-restart", "--concurrency", "1", "-l", "error"];
    return { words, environment: { GUESTLIST_GATEWAY_TOKEN: TOKEN } };
  },
};

/** What the program calls its version, or null where it is not installed. */
export function versionOf({ program, version }) {
  try {
    return execFileSync("sh", ["-c", '"$@" 2>&1', "sh", program, ...version], { encoding: "utf8" }).trim().split("\n")[0];
  } catch {
    return null;
  }
}

/** Starts one that asks at port `check`, or at each of several ports, and hands on to port `upstream`. */
export async function start(gateway, { check, upstream }) {
  const folder = mkdtempSync(join(tmpdir(), "guestlist-gateway-"));
  // A gateway that was started by root works under another account.
  chmodSync(folder, 0o755);
  const port = await freePort();
  const { words, environment } = gateway.prepare({ folder, port, check, upstream });
  const server = spawn(gateway.program, words, { env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "pipe"] });
  const kill = () => server.kill("SIGKILL");
  process.once("exit", kill);
  let said = "";
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (text) => (said += text));
  const gone = new Promise((done) => server.once("exit", done));
  while (!(await listens(port))) {
    if (server.exitCode !== null) throw new Error(`${gateway.name} ended with ${server.exitCode}:\n${said}`);
  }
  const logs = () => readdirSync(folder).filter((file) => file.endsWith(".log")).map((file) => readFileSync(join(folder, file), "utf8"));
  return {
    port,
    /** All that it wrote down. */
    said: () => [said, ...logs()].join("\n"),
    async stop() {
      server.kill("SIGTERM");
      await gone;
      process.off("exit", kill);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
