// SPDX-License-Identifier: MPL-2.0
// Starts the servers that its argument names, says on a line where they are, and ends them when its
// standard input ends. A process of its own, so that a test that is killed leaves nothing, and that
// somebody who is not root can run it in a user namespace.
import { chmodSync, cpSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { startCyrus } from "./cyrus.ts";
import { startDovecot } from "./dovecot.ts";
import { startPostfix } from "./postfix.ts";
import type { Place, Program } from "./program.ts";
import { startRoundcube } from "./roundcube.ts";
import type { StackOptions, Where } from "./stack.ts";
import { startTls } from "./tls.ts";

const options = JSON.parse(process.argv[3] ?? "{}") as StackOptions;
// Paths of sockets may not be long: this is not in the build folder.
const folder = mkdtempSync(join(tmpdir(), "nssmime-webmail-"));
chmodSync(folder, 0o755);
const place: Place = { root: readable(process.argv[2] as string), folder };
const programs: Program[] = [];

/** The servers give up their rights: a copy, where the accounts that they use may not look. */
function readable(root: string): string {
  for (let path = root; ; path = dirname(path)) {
    if ((statSync(path).mode & 0o5) !== 0o5) break;
    if (path === dirname(path)) return root;
  }
  const copy = join(folder, "system");
  cpSync(root, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

async function start(): Promise<Where> {
  const dovecot = await startDovecot(place);
  programs.push(dovecot.program);
  const postfix = await startPostfix(place, dovecot);
  programs.push(postfix.program);
  const where: Where = { folder, imap: dovecot.port, smtp: postfix.port };
  if (options.roundcube) {
    const roundcube = await startRoundcube(place, dovecot, postfix, options.roundcube);
    programs.push(roundcube.program);
    where.roundcube = `http://127.0.0.1:${roundcube.port}/`;
    if (options.tls) {
      const front = await startTls(folder, roundcube.port);
      where.roundcube = `https://localhost:${front.port}/`;
      where.authority = front.authority;
    }
  }
  if (options.cyrus) {
    const cyrus = await startCyrus(place, postfix, options.cyrus);
    programs.push(cyrus.program);
    where.jmap = `http://127.0.0.1:${cyrus.port}/`;
  }
  return where;
}

async function end(status: number): Promise<never> {
  await Promise.all(programs.map((program) => program.stop()));
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.exit(status);
}

process.stdin.on("end", () => void end(0)).resume();
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => void end(1));
try {
  process.stdout.write(`${JSON.stringify(await start())}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  await end(1);
}
