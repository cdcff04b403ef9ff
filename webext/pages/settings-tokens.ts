// SPDX-License-Identifier: MPL-2.0
// The password of the database, and of cards. None of them is ever typed here.
import { changePassword } from "../core/actions/database-change-password.ts";
import { lockDatabase } from "../core/actions/database-lock.ts";
import { unlockDatabase } from "../core/actions/database-unlock.ts";
import type { Token } from "../core/wire.ts";
import { button, h, icon, section } from "./dom.ts";
import type { Page } from "./page.ts";
import { type Key, t } from "./text.ts";

export function tokensSection(
  page: Page,
  tokens: Token[],
  changed: () => Promise<void>,
): HTMLElement {
  const act = async (work: (signal: AbortSignal) => Promise<void>, said: Key, asks = true) => {
    const done = await page.attempt(
      t("working"),
      async ({ signal }) => {
        await work(signal);
        return true;
      },
      { asks },
    );
    if (!done) return;
    await changed();
    page.notify("ok", h("p", {}, t(said)));
  };
  const state = ({ needsPassword, unlocked }: Token) => {
    if (!needsPassword) return h("span", { class: "badge info" }, icon("unlocked"), t("tokenNoPassword"));
    if (unlocked) return h("span", { class: "badge ok" }, icon("unlocked"), t("tokenUnlocked"));
    return h("span", { class: "badge info" }, icon("lock"), t("tokenLocked"));
  };
  const row = (token: Token, isFirst: boolean) => {
    const name = token.name ?? "";
    const of = isFirst ? undefined : name;
    const change = t(token.needsPassword ? "tokenChangePassword" : "tokenSetPassword");
    return h(
      "li",
      { class: "row" },
      h("div", {}, h("p", { class: "row-title" }, name), state(token)),
      h(
        "div",
        { class: "toolbar" },
        token.needsPassword &&
          !token.unlocked &&
          button(t("tokenUnlock"), () => act((signal) => unlockDatabase(page.host, of, signal), "unlocked"), {
            "aria-label": `${t("tokenUnlock")}: ${name}`,
          }),
        button(
          change,
          () => act((signal) => changePassword(page.host, of, signal), "passwordChanged"),
          { "aria-label": `${change}: ${name}` },
        ),
      ),
    );
  };
  return section(
    t("sectionTokens"),
    h("p", { class: "help" }, t("tokensText"), " ", t("tokenPasswordWarning")),
    h("ul", { class: "rows" }, ...tokens.map((token, at) => row(token, at === 0))),
    tokens.some((token) => token.needsPassword && token.unlocked) &&
      button(t("tokenLockAll"), () => act(() => lockDatabase(page.host), "tokenLocked_done", false)),
  );
}
