// SPDX-License-Identifier: MPL-2.0
// A failure in plain words, with what to do next and the command for it.
import type { HostError, Kind } from "../core/error.ts";
import type { Target } from "../core/relay.ts";
import { button, type Child, freshId, h, icon } from "./dom.ts";
import { type Key, keyOf, t } from "./text.ts";

const commands = {
  install: { label: "commandInstall", line: () => "sudo apt install nssmime" },
  register: {
    label: "commandRegister",
    line: (target: Target) => `nssmime-host install ${target.installOption}`,
  },
  registerAll: {
    label: "commandRegisterAll",
    line: (target: Target) => `sudo nssmime-host install ${target.installOption} --system`,
  },
  sandbox: {
    label: "commandSandbox",
    line: ({ installOption }: Target) =>
      `(snap list; flatpak list) 2>/dev/null | grep -i ${installOption.replace("--", "")}`,
  },
  doctor: { label: "commandDoctor", line: () => "nssmime-host doctor" },
  update: { label: "commandInstall", line: () => "sudo apt update && sudo apt install nssmime" },
  newerNss: {
    label: "commandNewerNss",
    line: () => "sudo apt update && sudo apt install thunderbird",
  },
  pinentry: { label: "commandPinentry", line: () => "sudo apt install pinentry-gnome3" },
} as const satisfies Record<string, { label: Key; line: (target: Target) => string }>;

const remedies: Partial<Record<Kind, (keyof typeof commands)[]>> = {
  "host-missing": ["install", "register"],
  "host-forbidden": ["register"],
  "host-failed": ["register", "doctor"],
  "host-lost": ["doctor"],
  "host-silent": ["doctor"],
  "host-too-old": ["update"],
  "password-format-unsupported": ["newerNss"],
  "prompt-unavailable": ["pinentry"],
};

/** Kinds that mean a fault of the programs, which people can do the same about. */
const alike: Partial<Record<Kind, Kind>> = {
  "invalid-request": "parse-error",
  "unknown-method": "host-too-old",
  "invalid-params": "parse-error",
};

export const shownAs = (kind: Kind): Kind => alike[kind] ?? kind;

export function commandBox(label: string, line: string): HTMLElement {
  const id = freshId("command");
  const state = h("span", { role: "status", class: "visually-hidden" });
  const copy = button(
    t("copy"),
    async () => {
      await navigator.clipboard.writeText(line);
      copy.textContent = t("copied");
      state.textContent = t("copied");
      setTimeout(() => {
        copy.textContent = t("copy");
        state.textContent = "";
      }, 2000);
    },
    { "aria-label": `${t("copyCommand")}: ${line}` },
  );
  return h(
    "div",
    { class: "command" },
    h("p", { class: "command-label", id }, label),
    h(
      "div",
      { class: "command-line", role: "group", "aria-labelledby": id },
      h("code", {}, line),
      copy,
    ),
    state,
  );
}

export function problemTitle(error: HostError, target: Target): string {
  return t(keyOf("error", shownAs(error.kind)), target.program);
}

function command(name: keyof typeof commands, target: Target): HTMLElement {
  const { label, line } = commands[name];
  return commandBox(t(label, target.program), line(target));
}

/** No browser says why it does not find the host: what it may be, and how to tell. */
function otherCauses(target: Target): Child[] {
  const { program } = target;
  const mozilla = /^--(firefox|thunderbird)$/.test(target.installOption);
  // Ubuntu's own builds say so, and are Snaps.
  const open = /\bUbuntu\b/.test(navigator.userAgent);
  return [
    h(
      "details",
      { open },
      h("summary", {}, t("sandboxTitle", program)),
      h("p", {}, t("sandboxText", program)),
      command("sandbox", target),
      h("p", {}, t("sandboxDo", program)),
      mozilla && h("p", {}, t("sandboxMozilla", program)),
    ),
    // Of Chromium's family a policy leaves out what is installed for one user.
    !mozilla &&
      h(
        "details",
        {},
        h("summary", {}, t("managedTitle", program)),
        h("p", {}, t("managedText", program)),
        command("registerAll", target),
      ),
  ];
}

/** The remedy alone, for where the title stands elsewhere. */
export function remedyFor(error: HostError, target: Target): Child[] {
  const kind = shownAs(error.kind);
  const names = remedies[kind] ?? [];
  return [
    h("p", {}, t(keyOf("error", kind, "_do"), target.program)),
    names.length > 0 && h("p", { class: "hint" }, t("commandHint")),
    ...names.map((name) => command(name, target)),
    ...(kind === "host-missing" ? otherCauses(target) : []),
    error.message !== "" &&
      h(
        "details",
        {},
        h("summary", {}, t("technical")),
        h("p", { class: "technical" }, `${error.kind}: ${error.message}`),
      ),
  ];
}

export function problemBox(error: HostError, target: Target, ...more: Child[]): HTMLElement {
  const mild = error.kind === "user-declined" || error.kind === "cancelled";
  return h(
    "div",
    { class: `notice ${mild ? "info" : "bad"}` },
    icon(mild ? "info" : "bad"),
    h(
      "div",
      {},
      h("p", { class: "notice-title" }, problemTitle(error, target)),
      ...remedyFor(error, target),
      ...more,
    ),
  );
}
