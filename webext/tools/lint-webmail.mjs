// SPDX-License-Identifier: MPL-2.0
// node tools/lint-webmail.mjs FOLDER: holds the built webmail extension for Firefox against the
// linter of Mozilla's store. That for Chromium differs by its manifest alone.
import { lint, ofWebmail } from "./linting.mjs";

await lint(process.argv[2], ofWebmail);
