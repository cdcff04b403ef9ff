// SPDX-License-Identifier: MPL-2.0
// How long mails take in the real Roundcube, with the extension and the host, in one run: a small
// one from the click until its text is on the screen, beyond what the server and the webmail's own
// page take, and beside one that is not protected; large ones beside what as many bytes cost
// through a host that does nothing. webmail.sh runs it; arguments are the browsers.
import { randomBytes } from "node:crypto";
import { loadavg } from "node:os";
import { setTimeout } from "node:timers/promises";
import { holds, type Tab } from "../e2e/webmail/browsers/browser.ts";
import { encryptedMail, plainMail, signedMail, text } from "../e2e/webmail/mails.ts";
import { ALICE, names, User } from "../e2e/webmail/user.ts";
import { echo, installEcho } from "./echo.ts";
import { covered, type Span, Watched } from "./watched.ts";

const SMALL = 17;
const LARGE = 5;
/** The mail that is not protected, after the small and the large ones. */
const PLAIN = 5;
/** After so many milliseconds a small mail is there. */
const SETTLED = 600;
const MIB = 1024 * 1024;
const TEXT = "0123456789 abcdefghijklmnopqrstuvwxyz 0123456789 abcdefgh\n".repeat(170);

const letter = (subject: string, entity: string) => ({ from: "bob@example.org", to: ALICE, subject, entity });

/** An entity of that size, most of which is a file. */
function attached(size: number): string {
  const file = randomBytes(Math.floor((size * 57) / 78)).toString("base64").replace(/.{76}/g, "$&\r\n");
  const head =
    "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n" +
    'Content-Disposition: attachment; filename="file"\r\n\r\n';
  return `Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n${text(TEXT)}\r\n--b\r\n${head}${file}\r\n--b--\r\n`;
}

const plain = plainMail(letter("plain", text(TEXT)));
const small = encryptedMail(letter("small", text(TEXT)), [ALICE], true);
const large = {
  "30 MB, signed": signedMail(letter("large", attached(30 * MIB))),
  // Base64 in base64.
  "30 MB, signed and encrypted": encryptedMail(letter("large", attached(22 * MIB)), [ALICE], true),
};

const median = (values: number[]): number =>
  [...values].sort((one, other) => one - other)[values.length >> 1] as number;
const say = (what: string, value: string, goal = "") => console.log(`  ${what.padEnd(44)}${value.padStart(9)}  ${goal}`);
const ms = (value: number) => `${Math.round(value)} ms`;

interface Opened {
  total: number;
  /** What the server was busy for the mail. */
  server: number;
  /** What the webmail's own page took besides, until it was ready. */
  page: number;
  /** From when all of the mail was there. */
  after: number;
}

async function open(user: User, server: Watched, tab: Tab, uid: number): Promise<Opened> {
  server.forget();
  await user.read(tab, uid);
  // Who looks whether it is there takes time from it.
  await setTimeout(SETTLED);
  const frame = await user.reader(tab);
  await holds(frame, "globalThis.shownAt");
  const shown = await frame.evaluate<number>("shownAt");
  const [start, ready] = await tab.evaluate<Span>(`[performance.timeOrigin,
    performance.timeOrigin + performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd]`);
  const page = server.spans("show");
  const busy = [...page, ...server.spans("viewsource")];
  const own: Span = [Math.max(...page.map(([, to]) => to)), ready];
  const source = Math.max(...server.spans("viewsource").map(([, to]) => to));
  return {
    total: shown - start,
    server: covered(busy),
    page: covered([...busy, own]) - covered(busy),
    after: shown - source,
  };
}

/** A mail that the webmail shows itself: from the click until the largest text is on the screen. */
async function openPlain(user: User, tab: Tab, uid: number): Promise<number> {
  await user.read(tab, uid);
  await setTimeout(SETTLED);
  return tab.evaluate<number>(`new Promise((painted) =>
    new PerformanceObserver((list) => painted(list.getEntries().at(-1).startTime))
      .observe({ type: "largest-contentful-paint", buffered: true }))`);
}

async function measure(user: User, server: Watched): Promise<void> {
  installEcho(user);
  await user.receive(small, small, ...Object.values(large), plain);
  const tab = await user.login();
  await user.read(tab, 1);
  await user.setUp(tab);
  await user.reader(tab);

  // What is started or compiled once comes with the first ones.
  const times: Opened[] = [];
  const unprotected: number[] = [];
  for (let round = 0; round < SMALL; round++) {
    times.push(await open(user, server, tab, 1 + (round % 2)));
    unprotected.push(await openPlain(user, tab, PLAIN));
  }
  const of = (what: (times: Opened) => number) => median(times.slice(2).map(what));
  say("10 KiB, signed and encrypted: click to text", ms(of(({ total }) => total)));
  say("  beyond the server's own time", ms(of((each) => each.total - each.server)));
  say(
    "  and beyond the webmail's own page",
    ms(of((each) => each.total - each.server - each.page)),
    "goal: below 150 ms",
  );
  say("10 KiB, not protected: click to text", ms(median(unprotected.slice(2))));

  for (const [at, [name, { length }]] of Object.entries(large).entries()) {
    const read: number[] = [];
    const empty: number[] = [];
    for (let round = 0; round < LARGE; round++) {
      empty.push(await echo(user, length));
      read.push((await open(user, server, tab, 3 + at)).after);
    }
    say(`${name}: from the webmail to text`, ms(median(read)));
    say("  as many bytes through a host that does nothing", ms(median(empty)));
    say("  ratio", (median(read) / median(empty)).toFixed(2), "goal: at most 2");
  }
}

const asked = process.argv.slice(2);
for (const name of names.filter((each) => asked.length === 0 || asked.includes(each))) {
  console.log(`${name} (load ${(loadavg()[0] as number).toFixed(1)})`);
  const user = await User.start(name);
  const server = await Watched.start(user.stack.url("roundcube"));
  user.stack.where.roundcube = server.url;
  try {
    await measure(user, server);
  } finally {
    await user.close();
    await server.stop();
  }
}
