// What mail programs read in a link: two parsers that know nothing of each other.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import URI from "uri-js";

const script = fileURLToPath(new URL("mailto.py", import.meta.url));

/** The standard library of Python. */
function byPython(links, separator) {
  const { status, stdout, stderr, error } = spawnSync("python3", [script], { input: JSON.stringify({ links, separator }), encoding: "utf8" });
  if (status !== 0) throw error ?? new Error(stderr);
  return JSON.parse(stdout);
}

/** RFC 6068 in JavaScript. */
function byScript(links, separator) {
  return links.map((link) => {
    const { to, headers, subject = "", body = "", error } = URI.parse(link);
    if (error) throw new Error(`${link}: ${error}`);
    const { bcc, ...others } = headers;
    if (Object.keys(others).length > 0) throw new Error(`${link} has ${Object.keys(others)}`);
    return { to, bcc: bcc.split(separator), subject, body };
  });
}

/** For each parser the messages that it reads. */
export const readings = (links, separator = ",") => ({ python: byPython(links, separator), script: byScript(links, separator) });

/** Addresses that are valid and that few would write, each another one. */
export function oddAddresses(count) {
  const parts = ["+", "&", "%", "#", "?", "'", "ü", "%2B", "%25", "&bcc=", "?subject=", "#x", "!$*/^_`{|}~-=", "+&%#?'ü", "日本", "a.b"];
  const domains = ["engine.example", "bücher.example", "mail.x-y.example", "straße.example"];
  return Array.from({ length: count }, (_, i) => `${i % 3 ? "o" : ""}${parts[i % parts.length]}${i}@${domains[i % domains.length]}`);
}
