// SPDX-License-Identifier: MPL-2.0
// Setting S/MIME up for a web site: the browser asks the user, and then the host does.
import type { Caller } from "../core/client.ts";
import type { SiteMethods } from "../core/relay.ts";
import { patternOf, setUpBegins } from "../core/site.ts";

/** To be called in the user's gesture: the browser asks only then. It may close the page that asks,
 * while it does; what was begun is finished by the background. False: the browser was told no. */
export async function setUpSite(
  host: Caller<SiteMethods>,
  site: string,
  onAsking: () => void = () => undefined,
): Promise<boolean> {
  // By the page itself: a message to the background would not always be out before the page closes.
  const begun = setUpBegins(chrome.storage.session, site);
  const granted = await chrome.permissions.request({ origins: [patternOf(site)] });
  await begun;
  if (!granted) return false;
  onAsking();
  await host.call("site.allow", { site });
  return true;
}
