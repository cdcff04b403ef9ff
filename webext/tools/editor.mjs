// SPDX-License-Identifier: MPL-2.0
// The page that mails are written in, beside the other pages of an extension that are built in a
// folder, and its texts among theirs.
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { browsers, pagePolicy } from "./build.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = (...path) => join(root, "webmail/editor", ...path);
/** Pictures that are pasted, and those of the mail that is answered. */
const policy = `${pagePolicy}; img-src blob:`;
const STYLES = '<link rel="stylesheet" href="style.css">';

export async function buildEditor(folder) {
  await build({
    absWorkingDir: root,
    entryPoints: [source("editor.ts")],
    outdir: join(folder, "pages"),
    bundle: true,
    format: "esm",
    target: browsers,
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
  });
  const template = readFileSync(join(root, "pages/template.html"), "utf8");
  writeFileSync(
    join(folder, "pages/editor.html"),
    template
      .replace("{{csp}}", policy)
      .replace("{{name}}", "editor")
      .replace(STYLES, `${STYLES}\n${STYLES.replace("style.css", "editor.css")}`),
  );
  cpSync(source("editor.css"), join(folder, "pages/editor.css"));
  const read = (path) => JSON.parse(readFileSync(path, "utf8"));
  for (const language of ["en", "de"]) {
    const file = join("_locales", language, "messages.json");
    const texts = { ...read(join(folder, file)), ...read(source(file)) };
    writeFileSync(join(folder, file), `${JSON.stringify(texts, null, 2)}\n`);
  }
}
