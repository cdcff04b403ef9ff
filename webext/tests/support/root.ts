// SPDX-License-Identifier: MPL-2.0
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The folder webext/ of the sources; tools/test.mjs says where that is. */
export const root = process.env["NSSMIME_WEBEXT"] ?? process.cwd();

export const read = (...path: string[]) => readFileSync(join(root, ...path), "utf8");
export const readJson = (...path: string[]) => JSON.parse(read(...path));
