// SPDX-License-Identifier: MPL-2.0
// node tools/build.mjs [--out FOLDER]: bundles the pages into FOLDER/pages and packs them into
// FOLDER/pages.zip. Default: build/.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { zipFolder } from "./zip.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const pageNames = ["certificates", "details", "settings", "start", "viewer"];

/** Of all that is bundled. */
export const bundling = {
  absWorkingDir: root,
  bundle: true,
  target: ["chrome140", "firefox140"],
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
};

const common = "default-src 'none'; script-src 'self'; base-uri 'none'; form-action 'none'";
/** What a mail may have at most: its frame takes over this policy, and narrows it. */
export const mailPolicy = `${common}; style-src 'self' 'unsafe-inline'; img-src data: blob: https:`;

/** Nothing from elsewhere, nothing inline, nothing to the network. */
export const pagePolicy = `${common}; style-src 'self'`;

const policyOf = (name) => (name === "viewer" ? mailPolicy : pagePolicy);

/** A program that shows mails itself needs no viewer. */
export async function buildPages(folder, names = pageNames) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "pages"), { recursive: true });
  await build({
    ...bundling,
    entryPoints: names.map((name) => `pages/${name}.ts`),
    outdir: join(folder, "pages"),
    format: "esm",
  });
  const template = readFileSync(join(root, "pages/template.html"), "utf8");
  for (const name of names)
    writeFileSync(
      join(folder, "pages", `${name}.html`),
      template.replace("{{csp}}", policyOf(name)).replace("{{name}}", name),
    );
  cpSync(join(root, "pages/style.css"), join(folder, "pages/style.css"));
  cpSync(join(root, "_locales"), join(folder, "_locales"), { recursive: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { out: { type: "string" } } });
  const out = resolve(values.out ?? join(root, "build"));
  await buildPages(join(out, "pages"));
  zipFolder(join(out, "pages"), join(out, "pages.zip"));
}
