// SPDX-License-Identifier: MPL-2.0
// Roundcube as a person uses it.
import { PASSWORD } from "../servers/users.ts";
import { type Browser, holds, type Tab } from "./browser.ts";

export const loggedIn = (tab: Tab): Promise<unknown> => holds(tab, 'globalThis.rcmail?.env.task === "mail"');

/** On the page for it. */
export async function enter(tab: Tab, user: string): Promise<void> {
  await tab.type("#rcmloginuser", user);
  await tab.type("#rcmloginpwd", PASSWORD);
  await tab.click("#rcmloginsubmit");
  await loggedIn(tab);
}

export async function logIn(browser: Browser, url: string, user: string): Promise<Tab> {
  const tab = await browser.open(url);
  await enter(tab, user);
  return tab;
}
