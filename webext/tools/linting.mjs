// SPDX-License-Identifier: MPL-2.0
// Holds an extension against the linter of Mozilla's store. What it says and cannot be otherwise is
// expected, word for word; whatever else it says is a failure, and so is what it does not say any
// more.
import linter from "addons-linter";

/** Of DOMPurify, where mails are shown: without a parser of its own it makes a document in this way,
 * which nothing in it is shown from. */
const purifier = (page) => `pages/${page}.js: UNSAFE_VAR_ASSIGNMENT: Unsafe assignment to innerHTML`;
export const ofViewer = [purifier("viewer")];
/** The same in the webmail extension; and the library of its editor sets its own HTML so to undo. */
export const ofWebmail = [purifier("reader"), purifier("editor")];

export async function lint(folder, expected, options = {}) {
  const { errors, warnings, notices } = await linter
    .createInstance({ config: { _: [folder], logLevel: "fatal", output: "none", ...options } })
    .run();
  const findings = [...errors, ...warnings, ...notices].map(({ code, file, line, message }) => ({
    text: `${file ?? "manifest.json"}: ${code}: ${message}`,
    line: line ?? 1,
  }));
  const unexpected = findings.filter(({ text }) => !expected.includes(text));
  const gone = expected.filter((text) => !findings.some((finding) => finding.text === text));
  for (const { text, line } of unexpected) console.error(`${text} (line ${line})`);
  for (const text of gone) console.error(`not found any more: ${text}`);
  if (unexpected.length + gone.length > 0) process.exitCode = 1;
}
