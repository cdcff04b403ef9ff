// SPDX-License-Identifier: MPL-2.0
// node tools/lint-thunderbird.mjs FOLDER: the built add-on before the linter, which knows Firefox.
import { lint } from "./linting.mjs";

const expected = [
  'manifest.json: MANIFEST_PERMISSIONS: /permissions: Invalid permissions "accountsRead" at 0.',
  'manifest.json: MANIFEST_PERMISSIONS: /permissions: Invalid permissions "compose" at 1.',
  'manifest.json: MANIFEST_PERMISSIONS: /permissions: Invalid permissions "messagesRead" at 2.',
  'manifest.json: MOZILLA_ADDONS_PERMISSION_REQUIRED: /experiment_apis: The "mozillaAddons" ' +
    "permission is required for extensions that include privileged manifest fields.",
  "manifest.json: PRIVILEGED_FEATURES_REQUIRED: /permissions: Privileged extensions should " +
    "declare privileged permissions.",
  'manifest.json: STRICT_MAX_VERSION: "strict_max_version" not required.',
];

// Experiments are for privileged add-ons in Firefox, and for any in Thunderbird.
await lint(process.argv[2], expected, { privileged: true });
