// SPDX-License-Identifier: MPL-2.0
// node tools/lint-thunderbird.mjs FOLDER: the two built add-ons in FOLDER before the linter, which
// knows Firefox.
import { join } from "node:path";
import { lint, ofViewer } from "./linting.mjs";

const [, , folder] = process.argv;
/** Thunderbird's own permissions come first, as they are sorted. */
const permissions = (...names) =>
  names.map(
    (name, at) =>
      `manifest.json: MANIFEST_PERMISSIONS: /permissions: Invalid permissions "${name}" at ${at}.`,
  );

// Experiments are for privileged add-ons in Firefox, and for any in Thunderbird.
await lint(
  join(folder, "thunderbird"),
  [
    ...permissions("accountsRead", "compose", "messagesRead"),
    'manifest.json: MOZILLA_ADDONS_PERMISSION_REQUIRED: /experiment_apis: The "mozillaAddons" ' +
      "permission is required for extensions that include privileged manifest fields.",
    "manifest.json: PRIVILEGED_FEATURES_REQUIRED: /permissions: Privileged extensions should " +
      "declare privileged permissions.",
    'manifest.json: STRICT_MAX_VERSION: "strict_max_version" not required.',
  ],
  { privileged: true },
);
await lint(join(folder, "thunderbird-reduced"), [
  ...permissions(
    "accountsRead",
    "compose",
    "compose.save",
    "messages.save",
    "messagesDelete",
    "messagesImport",
    "messagesRead",
  ),
  ...ofViewer,
]);
