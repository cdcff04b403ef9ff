// SPDX-License-Identifier: MPL-2.0
// node tools/lint-thunderbird.mjs FOLDER: holds the built add-on against the linter of Mozilla's
// store, which knows Firefox. What it says of Thunderbird's own members is expected, word for
// word; whatever else it says is a failure, and so is what it does not say any more.
import linter from "addons-linter";

const expected = [
  'MANIFEST_PERMISSIONS: /permissions: Invalid permissions "accountsRead" at 0.',
  'MANIFEST_PERMISSIONS: /permissions: Invalid permissions "compose" at 1.',
  'MANIFEST_PERMISSIONS: /permissions: Invalid permissions "messagesRead" at 2.',
  'MOZILLA_ADDONS_PERMISSION_REQUIRED: /experiment_apis: The "mozillaAddons" permission is ' +
    "required for extensions that include privileged manifest fields.",
  "PRIVILEGED_FEATURES_REQUIRED: /permissions: Privileged extensions should declare privileged " +
    "permissions.",
  'STRICT_MAX_VERSION: "strict_max_version" not required.',
];

const { errors, warnings, notices } = await linter
  .createInstance({
    // Experiments are for privileged add-ons in Firefox, and for any in Thunderbird.
    config: { _: [process.argv[2]], logLevel: "fatal", output: "none", privileged: true },
  })
  .run();
const findings = [...errors, ...warnings, ...notices].map(({ code, file, line, message }) => ({
  text: `${code}: ${message}`,
  place: `${file ?? "manifest.json"}:${line ?? 1}`,
}));
const unexpected = findings.filter(({ text }) => !expected.includes(text));
const gone = expected.filter((text) => !findings.some((finding) => finding.text === text));
for (const { text, place } of unexpected) console.error(`${place}: ${text}`);
for (const text of gone) console.error(`not found any more: ${text}`);
if (unexpected.length + gone.length > 0) process.exitCode = 1;
