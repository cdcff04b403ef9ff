// SPDX-License-Identifier: MPL-2.0
// node tools/thunderbird.mjs [--out FOLDER]: builds the add-on for Thunderbird in
// FOLDER/thunderbird, and packs it into FOLDER/thunderbird.xpi. Default: build/.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { buildPages, pageNames, pagePolicy } from "./build.mjs";
import { zipFolder } from "./zip.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({ options: { out: { type: "string" } } });
const out = resolve(values.out ?? join(root, "build"));
const folder = join(out, "thunderbird");
const source = (...path) => join(root, "thunderbird", ...path);

await buildPages(folder, pageNames.filter((name) => name !== "viewer"));
mkdirSync(join(folder, "experiment"));
const common = {
  absWorkingDir: root,
  bundle: true,
  target: "firefox140",
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
};
await build({
  ...common,
  entryPoints: [source("background.ts")],
  outfile: join(folder, "background.js"),
  format: "esm",
});
await build({
  ...common,
  entryPoints: [source("composer.ts")],
  outfile: join(folder, "pages/composer.js"),
  format: "esm",
});
// Thunderbird loads it as a plain script, and looks for a class of the API's name.
await build({
  ...common,
  entryPoints: [source("experiment/main.ts")],
  outfile: join(folder, "experiment/main.js"),
  format: "iife",
  globalName: "nssmime",
  footer: { js: "nssmime = nssmime.default;" },
});

const page = readFileSync(join(root, "pages/template.html"), "utf8");
writeFileSync(
  join(folder, "pages/composer.html"),
  page.replace("{{csp}}", pagePolicy).replace("{{name}}", "composer"),
);
cpSync(source("experiment/schema.json"), join(folder, "experiment/schema.json"));
cpSync(source("manifest.json"), join(folder, "manifest.json"));
cpSync(source("icon.svg"), join(folder, "icon.svg"));
const read = (path) => JSON.parse(readFileSync(path, "utf8"));
for (const language of ["en", "de"]) {
  const file = join("_locales", language, "messages.json");
  const texts = { ...read(join(root, file)), ...read(source(file)) };
  writeFileSync(join(folder, file), `${JSON.stringify(texts, null, 2)}\n`);
}
zipFolder(folder, join(out, "thunderbird.xpi"));
