// SPDX-License-Identifier: MPL-2.0
// Pages that have a folder of their own, beside the other pages of an extension that are built in a
// folder: with a style of their own, and their texts among the others'.
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { browsers, pagePolicy } from "./build.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const STYLES = '<link rel="stylesheet" href="style.css">';

async function buildPart(folder, name, policy) {
  const source = (...path) => join(root, "webmail", name, ...path);
  await build({
    absWorkingDir: root,
    entryPoints: [source(`${name}.ts`)],
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
    join(folder, `pages/${name}.html`),
    template
      .replace("{{csp}}", policy)
      .replace("{{name}}", name)
      .replace(STYLES, `${STYLES}\n${STYLES.replace("style.css", `${name}.css`)}`),
  );
  cpSync(source(`${name}.css`), join(folder, `pages/${name}.css`));
  const read = (path) => JSON.parse(readFileSync(path, "utf8"));
  for (const language of ["en", "de"]) {
    const file = join("_locales", language, "messages.json");
    const texts = { ...read(join(folder, file)), ...read(source(file)) };
    writeFileSync(join(folder, file), `${JSON.stringify(texts, null, 2)}\n`);
  }
}

export async function buildParts(folder) {
  // Pictures that are pasted, and those of the mail that is answered.
  await buildPart(folder, "editor", `${pagePolicy}; img-src blob:`);
  await buildPart(folder, "mailbox", pagePolicy);
}
