// SPDX-License-Identifier: MPL-2.0
// Certificates out of files: chosen, or dropped on the page.
import { importCertificates } from "../core/actions/certificate-import.ts";
import type { Result } from "../core/wire.ts";
import { h, on } from "./dom.ts";
import { takeFiles } from "./file-drop.ts";
import { shortName } from "./name.ts";
import type { Page } from "./page.ts";
import { plural, t, wordsOf } from "./text.ts";

const ACCEPT =
  ".p12,.pfx,.pem,.crt,.cer,.der,.p7b,.p7c,application/x-pkcs12,application/pkix-cert,application/x-x509-ca-cert,application/pkcs7-mime";

type Imported = Result<"certificate.import">;

function tell(page: Page, { imported, skipped }: Imported): void {
  const own = imported.some((certificate) => certificate.own);
  const more = imported.some((certificate) => !certificate.own);
  page.notify(
    imported.length > 0 ? "ok" : "warn",
    h(
      "p",
      { class: "notice-title" },
      imported.length > 0 ? plural("imported", imported.length) : t("importedNone"),
    ),
    imported.length > 0 &&
      h(
        "ul",
        {},
        ...imported
          .slice(0, 10)
          .map((certificate) => h("li", {}, shortName(certificate.subject ?? null))),
      ),
    own && h("p", {}, t("importedOwn")),
    more && h("p", {}, t("importedUntrusted")),
    skipped.length > 0 && h("p", {}, t("skipped")),
    skipped.length > 0 &&
      h(
        "ul",
        {},
        ...skipped
          .slice(0, 10)
          .map(({ code, reason }) => h("li", {}, wordsOf("skip", code, reason))),
      ),
  );
}

/** One file after the other; stops at the first that fails. */
export async function importFiles(page: Page, files: Iterable<File>): Promise<boolean> {
  const all: Imported = { imported: [], skipped: [] };
  for (const file of files) {
    const result = await page.attempt(
      t("importing", file.name),
      ({ signal }) => importCertificates(page.host, file, signal),
      { asks: /\.(p12|pfx)$/i.test(file.name) },
    );
    if (!result) return false;
    all.imported.push(...result.imported);
    all.skipped.push(...result.skipped);
  }
  tell(page, all);
  return all.imported.length > 0;
}

/** A button that opens the file picker. */
export function importButton(
  page: Page,
  label: string,
  done: () => void,
  className = "primary",
): HTMLElement {
  const input = on(h("input", { type: "file", accept: ACCEPT, multiple: true, hidden: true }), {
    change: async () => {
      const files = [...(input.files ?? [])];
      input.value = "";
      if (files.length > 0 && (await importFiles(page, files))) done();
    },
  });
  const open = on(h("button", { type: "button", class: className }, label), {
    click: () => input.click(),
  });
  return h("span", {}, input, open);
}

/** The whole page takes files that are dropped on it. */
export function takeDrops(page: Page, done: () => void): void {
  takeFiles(t("dropHere"), async (files) => {
    if (await importFiles(page, files)) done();
  });
}
