// SPDX-License-Identifier: MPL-2.0
// npm run wire: makes core/wire.ts of core/schema.json.
import { readFileSync, writeFileSync } from "node:fs";
import { wire } from "./wire-types.mjs";

const core = (name) => new URL(`../core/${name}`, import.meta.url);

writeFileSync(core("wire.ts"), wire(JSON.parse(readFileSync(core("schema.json"), "utf8"))));
