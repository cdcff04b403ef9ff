// SPDX-License-Identifier: MPL-2.0
// node tools/webmail.mjs [--out FOLDER]: builds the extension for webmail, once for Chromium and
// once for Firefox, in FOLDER/webmail-chromium and FOLDER/webmail-firefox, and packs them into
// zips of these names. Default: build/.
import { appendFileSync, cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { bundling, buildPages, mailPolicy, pagePolicy } from "./build.mjs";
import { buildParts } from "./parts.mjs";
import { zipFolder } from "./zip.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = (...path) => join(root, "webmail", ...path);
const read = (path) => JSON.parse(readFileSync(path, "utf8"));
const write = (path, value) => writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);

/** What one browser wants and the other does not know. */
const forms = {
  chromium: (manifest) => ({
    ...manifest,
    // Makes the id that the host knows.
    key: readFileSync(join(root, "../manifest/chromium-key.txt"), "utf8").trim(),
    minimum_chrome_version: "140",
    // From 148 on: bytes go from part to part as they are, which they always do in Firefox.
    message_serialization: "structured_clone",
    background: { service_worker: "background.js", type: "module" },
    storage: { managed_schema: "managed-schema.json" },
    web_accessible_resources: manifest.web_accessible_resources.map((each) => ({
      ...each,
      // Pages cannot tell whether the extension is there.
      use_dynamic_url: true,
    })),
  }),
  firefox: (manifest) => ({
    ...manifest,
    browser_specific_settings: { gecko: { id: "webmail@nssmime", strict_min_version: "140.0" } },
    background: { scripts: ["background.js"], type: "module" },
  }),
};

const scripts = ["open", "popup", "reader"];
/** Of each page: its policy and its script. A mail is shown by one script in two pages, since the
 * one that web pages may load, as the frame, is for frames alone. */
const pages = {
  open: [pagePolicy, "open"],
  popup: [pagePolicy, "popup"],
  reader: [mailPolicy, "reader"],
  mail: [mailPolicy, "reader"],
};

async function bundle(folder) {
  await build({
    ...bundling,
    entryPoints: { background: source("background.ts") },
    outdir: folder,
    format: "esm",
  });
  // A script in a page's frame is no module.
  await build({
    ...bundling,
    entryPoints: { content: source("content/main.ts") },
    outdir: folder,
    format: "iife",
  });
}

/** Beside the pages that all extensions have. */
export async function buildWebmailPages(folder) {
  await build({
    ...bundling,
    entryPoints: scripts.map((name) => source(`${name}.ts`)),
    outdir: join(folder, "pages"),
    format: "esm",
  });
  const template = readFileSync(join(root, "pages/template.html"), "utf8");
  for (const [name, [policy, script]] of Object.entries(pages))
    writeFileSync(
      join(folder, `pages/${name}.html`),
      template.replace("{{csp}}", policy).replace("{{name}}", script),
    );
  appendFileSync(join(folder, "pages/style.css"), readFileSync(source("style.css")));
  for (const language of ["en", "de"]) {
    const file = join("_locales", language, "messages.json");
    write(join(folder, file), { ...read(join(folder, file)), ...read(source(file)) });
  }
  await buildParts(folder);
}

/** FOLDER/webmail-BROWSER. */
export async function buildWebmail(out, name) {
  const folder = join(out, `webmail-${name}`);
  await buildPages(folder);
  await buildWebmailPages(folder);
  await bundle(folder);
  // Its own frame shows mails here.
  for (const file of ["viewer.html", "viewer.js"]) rmSync(join(folder, "pages", file));
  cpSync(source("icons"), join(folder, "icons"), { recursive: true });
  write(join(folder, "manifest.json"), forms[name](read(source("manifest.json"))));
  if (name === "chromium") cpSync(source("managed-schema.json"), join(folder, "managed-schema.json"));
  return folder;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { out: { type: "string" } } });
  const out = resolve(values.out ?? join(root, "build"));
  for (const name of Object.keys(forms)) {
    const folder = await buildWebmail(out, name);
    zipFolder(folder, `${folder}.zip`);
  }
}
