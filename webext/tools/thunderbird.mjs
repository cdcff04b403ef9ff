// SPDX-License-Identifier: MPL-2.0
// node tools/thunderbird.mjs [--out FOLDER]: builds the two add-ons for Thunderbird, the complete
// one and the reduced one, in FOLDER/thunderbird and FOLDER/thunderbird-reduced, and packs each into
// an .xpi of this name. Default: build/.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { buildPages, bundling, pageNames } from "./build.mjs";
import { buildOwnPage } from "./own-page.mjs";
import { zipFolder } from "./zip.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({ options: { out: { type: "string" } } });
const out = resolve(values.out ?? join(root, "build"));
const source = (...path) => join(root, "thunderbird", ...path);
const read = (path) => JSON.parse(readFileSync(path, "utf8"));

const common = { ...bundling, target: "firefox140" };

/** What both have. `place`: the folder of what is the add-on's own. */
async function addOn(folder, place, page, sharedPages, localeFolders) {
  await buildPages(folder, sharedPages);
  await build({
    ...common,
    entryPoints: [join(root, place, "background.ts")],
    outfile: join(folder, "background.js"),
    format: "esm",
  });
  await buildOwnPage(folder, place, page);
  cpSync(join(root, place, "manifest.json"), join(folder, "manifest.json"));
  cpSync(source("icon.svg"), join(folder, "icon.svg"));
  for (const language of ["en", "de"]) {
    const file = join("_locales", language, "messages.json");
    const texts = Object.assign({}, ...localeFolders.map((each) => read(join(root, each, file))));
    writeFileSync(join(folder, file), `${JSON.stringify(texts, null, 2)}\n`);
  }
}

// A plain script, not a module: that is how Thunderbird loads them.
const script = (entry, outfile, more = {}) =>
  build({ ...common, entryPoints: [source(entry)], outfile, format: "iife", ...more });

const complete = join(out, "thunderbird");
const withoutViewer = pageNames.filter((name) => name !== "viewer");
await addOn(complete, "thunderbird", "composer", withoutViewer, ["", "thunderbird"]);
mkdirSync(join(complete, "experiment"));
// Thunderbird looks for a class of the API's name.
await script("experiment/main.ts", join(complete, "experiment/main.js"), {
  globalName: "nssmime",
  footer: { js: "nssmime = nssmime.default;" },
});
cpSync(source("experiment/schema.json"), join(complete, "experiment/schema.json"));
zipFolder(complete, join(out, "thunderbird.xpi"));

const reduced = join(out, "thunderbird-reduced");
const place = "thunderbird/reduced";
await addOn(reduced, place, "writing", pageNames, ["", "thunderbird", place]);
await script("reduced/banner.ts", join(reduced, "banner.js"));
zipFolder(reduced, join(out, "thunderbird-reduced.xpi"));
