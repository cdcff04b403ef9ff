// SPDX-License-Identifier: MPL-2.0
// npm run lint [-- --out FOLDER]: holds the pages, in an extension that has nothing else, against
// the linter of Mozilla's store.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildPages } from "./build.mjs";
import { lint, ofViewer } from "./linting.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({ options: { out: { type: "string" } } });
const folder = join(resolve(values.out ?? join(root, "build")), "lint");

await buildPages(folder);
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const manifest = {
  manifest_version: 3,
  name: "__MSG_extensionName__",
  version,
  default_locale: "en",
  browser_specific_settings: {
    gecko: { id: "pages@nssmime", strict_min_version: "140.0" },
  },
  permissions: ["nativeMessaging", "storage"],
  action: { default_popup: "pages/start.html" },
  options_ui: { page: "pages/settings.html" },
};
writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest, null, 2));

await lint(folder, ofViewer);
