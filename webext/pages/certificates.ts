// SPDX-License-Identifier: MPL-2.0
// The certificate manager. Where one is in it is in the address, so that "back" works.
import { kinds, type ListKind, showList } from "./certificate-list.ts";
import { showCertificate } from "./certificate-view.ts";
import { showFind } from "./find-view.ts";
import { takeDrops } from "./import.ts";
import { openPage } from "./page.ts";
import { showRequest } from "./request-view.ts";
import { t } from "./text.ts";

const page = await openPage("certTitle");
const hello = await page.attempt(t("loading"), () => page.host.call("hello", {}));

async function show(): Promise<void> {
  const [, name = "", value = ""] = /^#?([a-z]*)=?([0-9a-f]*)$/.exec(location.hash) ?? [];
  if (name === "show") await showCertificate(page, value);
  else if (name === "request") await showRequest(page);
  else if (name === "find") showFind(page);
  else await showList(page, kinds.find((kind) => kind === name) ?? ("own" satisfies ListKind));
}

window.addEventListener("hashchange", show);
if (hello) {
  takeDrops(page, show);
  await show();
} else {
  page.main.replaceChildren();
}
