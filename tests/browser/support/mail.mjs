// A mail server that keeps what it is given, or refuses it.

import { createServer } from "node:net";

/** Longer than a decision's mail is held back, so that the decision can be taken back. */
const PATIENCE = 25_000;

export class Sink {
  static async open() {
    const sink = new Sink();
    await sink.wake();
    return sink;
  }

  constructor() {
    Object.assign(this, { mails: [], refused: new Set(), sockets: new Set(), port: 0 });
  }

  get url() {
    return `smtp://127.0.0.1:${this.port}`;
  }

  /** Listens, after `sleep` on the same port as before. */
  async wake() {
    this.server = createServer((socket) => this.serve(socket));
    await new Promise((done, fail) => this.server.once("error", fail).listen(this.port, "127.0.0.1", done));
    this.port = this.server.address().port;
  }

  async sleep() {
    const gone = new Promise((done) => this.server.close(done));
    this.sockets.forEach((socket) => socket.destroy());
    await gone;
  }

  /** From now on nobody has this address. */
  refuse(address) {
    this.refused.add(address);
  }

  accept(address) {
    this.refused.delete(address);
  }

  /** The next mail to somebody, of this subject and with these words; each is given out once. */
  async next(address, subject, words = "") {
    const end = Date.now() + PATIENCE;
    for (;;) {
      const found = this.mails.find((mail) =>
        !mail.isRead && mail.to === address && subject.test(mail.subject) && mail.text.includes(words));
      if (found) return Object.assign(found, { isRead: true });
      if (Date.now() > end) throw new Error(`no mail to ${address} with ${subject}, only ${this.subjectsTo(address).join(", ") || "none"}`);
      await new Promise((soon) => setTimeout(soon, 20));
    }
  }

  subjectsTo(address) {
    return this.mails.filter((mail) => mail.to === address).map((mail) => mail.subject);
  }

  serve(socket) {
    this.sockets.add(socket);
    socket.once("close", () => this.sockets.delete(socket)).on("error", () => {});
    const answer = (line) => socket.write(`${line}\r\n`);
    let [unread, to, isData] = ["", "", false];
    answer("220 sink");
    const obey = (line) => {
      const [verb] = line.toUpperCase().split(" ");
      if (verb === "EHLO") return answer("250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8");
      if (verb === "QUIT") return socket.end("221 bye\r\n");
      if (verb === "RCPT") {
        to = /<(.*?)>/.exec(line)[1];
        return answer(this.refused.has(to) ? "550 5.1.1 nobody has this address" : "250 ok");
      }
      if (verb === "DATA") isData = true;
      answer(isData ? "354 go on" : "250 ok");
    };
    socket.setEncoding("latin1").on("data", (chunk) => {
      unread += chunk;
      for (;;) {
        const mark = isData ? "\r\n.\r\n" : "\r\n";
        const end = unread.indexOf(mark);
        if (end < 0) return;
        const piece = unread.slice(0, end);
        unread = unread.slice(end + mark.length);
        if (isData) {
          this.mails.push(read(to, piece.replace(/^\.\./gm, ".")));
          isData = false;
          answer("250 taken");
        } else {
          obey(piece);
        }
      }
    });
  }
}

/** A message by its parts. */
function read(to, source) {
  const { headers, parts } = entity(source);
  const part = (type) => parts.find(({ headers }) => headers["content-type"].startsWith(type)).text;
  const text = part("text/plain");
  return { to, headers, subject: words(headers.subject), text, html: part("text/html"), link: /https?:\/\/\S+/.exec(text)?.[0] };
}

function entity(source) {
  const [head, ...rest] = source.split("\r\n\r\n");
  const body = rest.join("\r\n\r\n");
  const lines = head.replace(/\r\n[ \t]+/g, " ").split("\r\n").map((line) => /^([^:]+):\s*(.*)$/.exec(line).slice(1));
  const headers = Object.fromEntries(lines.map(([name, value]) => [name.toLowerCase(), value]));
  const boundary = /boundary="?([^";]+)/.exec(headers["content-type"])?.[1];
  if (!boundary) return { headers, parts: [], text: decoded(body, headers["content-transfer-encoding"] ?? "7bit") };
  const parts = body.split(`--${boundary}`).slice(1, -1).map((part) => entity(part.replace(/^\r\n/, "").replace(/\r\n$/, "")));
  return { headers, parts };
}

function decoded(body, encoding) {
  if (encoding === "base64") return Buffer.from(body, "base64").toString();
  const bytes = encoding === "quoted-printable" ? unquoted(body.replace(/=\r\n/g, "")) : body;
  return Buffer.from(bytes, "latin1").toString().replace(/\r\n/g, "\n");
}

const unquoted = (text) => text.replace(/=([0-9A-F]{2})/gi, (_, code) => String.fromCharCode(parseInt(code, 16)));

/** A header's words, which may be encoded: RFC 2047. */
function words(header) {
  const joined = header.replace(/\?=\s+=\?/g, "?==?");
  return joined.replace(/=\?utf-8\?([bq])\?(.*?)\?=/gi, (_, how, text) =>
    how.toLowerCase() === "b" ? decoded(text, "base64") : Buffer.from(unquoted(text.replaceAll("_", " ")), "latin1").toString());
}
