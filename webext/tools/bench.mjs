// SPDX-License-Identifier: MPL-2.0
// node tools/bench.mjs [--out FOLDER] [BROWSER...]: runs ../tests/bench/webmail.ts on the extension
// as it is built here, with a page of it that says when a mail was shown. Default of FOLDER: build/.
// ../tests/bench/webmail.sh makes what else it takes.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { buildWebmail } from "./webmail.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values, positionals } = parseArgs({
  options: { out: { type: "string" } },
  allowPositionals: true,
});
const out = resolve(values.out ?? join(root, "build"), "bench");
const bench = join(root, "../tests/bench");
const common = { bundle: true, format: "esm", logLevel: "warning" };

rmSync(out, { recursive: true, force: true });
await build({
  ...common,
  entryPoints: [
    { in: join(bench, "webmail.ts"), out: "webmail" },
    { in: join(root, "../tests/e2e/webmail/servers/main.ts"), out: "servers/main" },
  ],
  outdir: out,
  outExtension: { ".js": ".mjs" },
  platform: "node",
  target: "node18",
});
for (const name of ["chromium", "firefox"]) {
  const pages = join(await buildWebmail(out, name), "pages");
  await build({ ...common, entryPoints: [join(bench, "probe.ts")], outdir: pages });
  const reader = join(pages, "reader.html");
  const probe = '<script type="module" src="probe.js"></script>';
  writeFileSync(reader, readFileSync(reader, "utf8").replace("<script", `${probe}\n<script`));
}
const run = spawnSync(process.execPath, [join(out, "webmail.mjs"), ...positionals], {
  stdio: "inherit",
  env: { ...process.env, NSSMIME_WEBEXT: root, NSSMIME_BUNDLES: out, NSSMIME_EXTENSIONS: out },
});
process.exitCode = run.status ?? 1;
