// SPDX-License-Identifier: MPL-2.0
// Pages that have a folder of their own, beside the other pages of an extension that are built in a
// folder: with a style of their own, and their texts among the others'.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { pagePolicy } from "./build.mjs";
import { buildOwnPage } from "./own-page.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

async function buildPart(folder, name, policy) {
  const place = `webmail/${name}`;
  await buildOwnPage(folder, place, name, { policy, style: true });
  const source = (file) => join(root, place, file);
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
