// SPDX-License-Identifier: MPL-2.0
// Where nothing of ours can send: the protected mail as a file, and each blind copy as one of its
// own, for its writer to send.
import { button, fill, h, icon, saveFile, section } from "../../pages/dom.ts";
import { notice } from "../../pages/page.ts";
import type { Copy } from "./delivery.ts";
import { closeWindow } from "./discarding.ts";
import { say } from "./words.ts";

/** Without the subject, which may be secret: what sends the file may see its name. */
function fileName({ recipients, blind }: Copy, now: Date): string {
  const pad = (value: number) => String(value).padStart(2, "0");
  const day = [now.getFullYear(), pad(now.getMonth() + 1), pad(now.getDate())].join("-");
  const name = `mail-${day}-${pad(now.getHours())}${pad(now.getMinutes())}`;
  const whom = recipients.join("_").replace(/[^\w.@+-]/g, "_");
  return blind ? `${name}-${whom}.eml` : `${name}.eml`;
}

/** `done`: all of them were saved. */
export function savingView(copies: readonly Copy[], now: Date, done: () => Promise<void>): HTMLElement {
  const waiting = new Set(copies);
  const end = h("div", { role: "status" });
  const row = (copy: Copy) => {
    const name = fileName(copy, now);
    const state = h("span", { role: "status" });
    const save = button(
      say("edSaveFile"),
      () => {
        saveFile(new Blob([copy.content], { type: "message/rfc822" }), name);
        fill(state, icon("ok"), say("edFileSaved"));
        waiting.delete(copy);
        if (waiting.size === 0 && end.childElementCount === 0) void finish();
      },
      { class: "primary", "aria-label": `${say("edSaveFile")}: ${name}` },
    );
    const { recipients, blind } = copy;
    return h(
      "li",
      { class: "row" },
      h(
        "div",
        {},
        h("p", { class: "row-title" }, name),
        h("p", {}, say(blind ? "edFileForBlind" : "edFileFor", recipients.join(", "))),
      ),
      h("div", { class: "toolbar" }, state, save),
    );
  };
  const finish = async () => {
    await done();
    fill(
      end,
      notice(
        "ok",
        h("p", {}, say("edAllSaved")),
        h("p", { class: "toolbar" }, button(say("edCloseWindow"), () => void closeWindow())),
      ),
    );
  };
  return section(
    say("edSaveTitle"),
    h("p", {}, say("edSaveText")),
    copies.some(({ blind }) => blind) && h("p", {}, say("edSaveBlind")),
    h("ul", { class: "rows" }, ...copies.map(row)),
    h("p", { class: "hint" }, say("edSaveHow")),
    end,
  );
}
