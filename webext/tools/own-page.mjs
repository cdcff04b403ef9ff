// SPDX-License-Identifier: MPL-2.0
// A page that only one of the extensions has, beside the common ones that are built in a folder.
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundling, pagePolicy } from "./build.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const STYLES = '<link rel="stylesheet" href="style.css">';

/** `style`: it has one of its own, beside that of all pages. */
export async function buildOwnPage(folder, place, name, { policy = pagePolicy, style = false } = {}) {
  const source = (file) => join(root, place, file);
  await build({
    ...bundling,
    entryPoints: [source(`${name}.ts`)],
    outfile: join(folder, `pages/${name}.js`),
    format: "esm",
  });
  const own = style ? `\n${STYLES.replace("style.css", `${name}.css`)}` : "";
  const template = readFileSync(join(root, "pages/template.html"), "utf8");
  writeFileSync(
    join(folder, `pages/${name}.html`),
    template
      .replace("{{csp}}", policy)
      .replace("{{name}}", name)
      .replace(STYLES, STYLES + own),
  );
  if (style) cpSync(source(`${name}.css`), join(folder, `pages/${name}.css`));
}
