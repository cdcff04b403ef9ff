// SPDX-License-Identifier: MPL-2.0
// node tools/test.mjs KIND [--out FOLDER] [--file NAME] [--only PATTERN]: bundles tests/KIND/*.test.ts
// and runs them, or the one of that name, or those with such names in them, with node's own test
// runner. Default of FOLDER: build/. The kind "webmail" is in ../tests/e2e, with servers of its own,
// which "package", "example" and "crx", in ../tests, and "pictures", in ../docs, have from there.
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { buildPages } from "./build.mjs";
import { buildOwnPage } from "./own-page.mjs";
import { buildWebmailPages } from "./webmail.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values, positionals } = parseArgs({
  options: { out: { type: "string" }, file: { type: "string" }, only: { type: "string" } },
  allowPositionals: true,
});
const [kind] = positionals;
const out = resolve(values.out ?? join(root, "build"));
const elsewhere = {
  webmail: "../tests/e2e/webmail",
  package: "../tests/package",
  example: "../tests/package/example",
  crx: "../tests/package/crx",
  pictures: "../docs/pictures/make",
};
const folder = join(root, elsewhere[kind] ?? join("tests", kind));
const names = readdirSync(folder).filter((name) =>
  values.file === undefined ? name.endsWith(".test.ts") : name === `${values.file}.test.ts`,
);
if (names.length === 0) throw new Error(`no such tests in ${folder}`);

const bundles = join(out, "tests", kind, values.file ?? "all");
rmSync(bundles, { recursive: true, force: true });
const entries = names.map((name) => ({ in: join(folder, name), out: name.replace(/\.ts$/, "") }));
if (kind in elsewhere)
  entries.push({ in: join(root, elsewhere.webmail, "servers/main.ts"), out: "servers/main" });
await build({
  entryPoints: entries,
  outdir: bundles,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  format: "esm",
  platform: "node",
  inject: [join(root, "tests/support/engine.ts")],
  target: "node18",
  sourcemap: "inline",
  logLevel: "warning",
});
if (kind === "pages") {
  await buildPages(join(out, "pages"));
  await buildWebmailPages(join(out, "pages"));
  await buildOwnPage(join(out, "pages"), "thunderbird/reduced", "writing");
}

const files = names.map((name) => join(bundles, name.replace(/\.ts$/, ".mjs")));
const options = ["--enable-source-maps", "--test", "--test-reporter=spec"];
if (values.only !== undefined) options.push(`--test-name-pattern=${values.only}`);
const run = spawnSync(process.execPath, [...options, ...files], {
  stdio: "inherit",
  env: { ...process.env, NSSMIME_WEBEXT: root, NSSMIME_WEBEXT_OUT: out, NSSMIME_BUNDLES: bundles },
});
process.exitCode = run.status ?? 1;
