// SPDX-License-Identifier: MPL-2.0
// One certificate: whether it can be used, who vouches for it, and what can be done with it.
import { checkCertificate } from "../core/actions/certificate-check.ts";
import { deleteCertificate } from "../core/actions/certificate-delete.ts";
import { backUpCertificate, exportCertificate } from "../core/actions/certificate-export.ts";
import { getCertificate } from "../core/actions/certificate-get.ts";
import { trustCertificate } from "../core/actions/certificate-trust.ts";
import type { Certificate, Result, Trust, Usability } from "../core/wire.ts";
import { badge, chainPicture } from "./chain.ts";
import { isAuthority, stateOf } from "./certificate-state.ts";
import { button, type Child, facts, fill, h, icon, saveFile, section } from "./dom.ts";
import { fileStem, parseName, shortName, titleOf } from "./name.ts";
import type { Page } from "./page.ts";
import { type About, reasonList, said } from "./reason.ts";
import { date, grouped, type Key, t } from "./text.ts";

const aboutOf = (certificate: Certificate): About => (certificate.own ? "own" : "person");

function listOf(certificate: Certificate): string {
  if (certificate.own) return "#own";
  return isAuthority(certificate) ? "#authorities" : "#people";
}

export function keyText({ key }: Certificate): string {
  const type = key.type.toUpperCase();
  if (key.bits !== undefined) return t("keyBits", type, key.bits);
  return key.curve !== undefined ? `${type}, ${key.curve}` : type;
}

function useText({ usages }: Certificate): string {
  const known = { sign: "useSign", encrypt: "useEncrypt", authority: "useAuthority" } as const;
  const names = usages.map((usage) => t(known[usage]));
  return names.length > 0 ? names.join(", ") : t("useNothing");
}

export function certificateFacts(certificate: Certificate): HTMLElement {
  const name = (value: string | null) =>
    parseName(value).map(({ type, value: text }) => h("span", { class: "line" }, `${type} = ${text}`));
  return facts([
    [t("fieldName"), name(certificate.subject)],
    [t("fieldAddresses"), certificate.addresses.map((text) => h("span", { class: "line" }, text))],
    [t("fieldIssuer"), name(certificate.issuer)],
    [
      t("fieldValidity"),
      t("validityFromTo", date(certificate.notBefore), date(certificate.notAfter)),
    ],
    [t("fieldUse"), useText(certificate)],
    [t("fieldKey"), keyText(certificate)],
    [t("fieldPlace"), certificate.token ?? t("placeNowhere")],
    [t("fieldSerial"), h("code", {}, certificate.serial ?? "")],
    [t("fieldFingerprint"), h("code", {}, grouped(certificate.fingerprint))],
  ]);
}

function usability(use: Usability, yes: Key, no: Key, about: About): HTMLElement {
  if (use.usable)
    return h(
      "div",
      { class: "use ok" },
      icon("ok"),
      h("div", {}, h("p", {}, said("ok"), t(yes)), reasonList(use.reasons, about)),
    );
  return h(
    "div",
    { class: "use bad" },
    icon("bad"),
    h("div", {}, h("p", {}, said("bad"), t(no)), reasonList(use.reasons, about)),
  );
}

function usabilitySection(certificate: Certificate): HTMLElement | null {
  const { status, own } = certificate;
  if (!status || (isAuthority(certificate) && !own)) return null;
  const about = aboutOf(certificate);
  const same = status.sign.reasons.join() === status.encrypt.reasons.join();
  if (same && !status.sign.usable && !status.encrypt.usable)
    return section(t("sectionState"), reasonList(status.sign.reasons, about));
  return section(
    t("sectionState"),
    usability(
      status.sign,
      own ? "canSign" : "canVerify",
      own ? "cannotSign" : "cannotVerify",
      about,
    ),
    usability(status.encrypt, "canEncrypt", "cannotEncrypt", about),
  );
}

class View {
  readonly #notices = h("div", { class: "notices", role: "status" });
  #certificate: Certificate;

  constructor(
    private readonly page: Page,
    private readonly got: Result<"certificate.get">,
  ) {
    this.#certificate = got.certificate;
  }

  show(): void {
    const certificate = this.#certificate;
    const title = h("h2", { class: "view-title", tabindex: -1 }, titleOf(certificate));
    fill(
      this.page.main,
      h("p", {}, h("a", { class: "back", href: listOf(certificate) }, t("certTitle"))),
      h(
        "div",
        { class: "view-head" },
        icon(isAuthority(certificate) ? "authority" : "person", "view-icon"),
        h(
          "div",
          {},
          title,
          h("p", { class: "view-line" }, certificate.addresses.join(", ") || shortName(certificate.issuer)),
          badge(stateOf(certificate)),
        ),
      ),
      this.#notices,
      h("div", { class: "toolbar" }, ...this.#actions()),
      usabilitySection(certificate),
      this.#trustSection(),
      section(
        t("sectionChain"),
        h("p", { class: "help" }, t("chainText")),
        chainPicture(this.got.chain, this.got.table),
      ),
      h(
        "details",
        { open: isAuthority(certificate) },
        h("summary", {}, h("h2", {}, t("sectionDetails"))),
        certificateFacts(certificate),
      ),
    );
    title.focus();
  }

  #actions(): Child[] {
    const certificate = this.#certificate;
    return [
      certificate.own && button(t("backUpButton"), () => this.#backUp(), { title: t("backUpHint") }),
      button(t("exportButton"), () => this.#export(), { title: t("exportHint") }),
      !isAuthority(certificate) && button(t("checkButton"), () => this.#check()),
      button(t("deleteButton"), () => this.#askDelete(), { class: "danger" }),
    ];
  }

  #tell(level: "ok" | "bad" | "warn", ...children: Child[]): void {
    fill(
      this.#notices,
      h("div", { class: `notice ${level}` }, icon(level), h("div", {}, said(level), ...children)),
    );
  }

  #attempt<V>(
    work: (signal: AbortSignal) => Promise<V>,
    options: { asks?: boolean } = {},
  ): Promise<V | undefined> {
    return this.page.attempt(t("working"), ({ signal }) => work(signal), {
      ...options,
      at: this.#notices,
    });
  }

  async #export(): Promise<void> {
    const { fingerprint } = this.#certificate;
    const result = await this.#attempt(() => exportCertificate(this.page.host, fingerprint, "pem"));
    if (result) saveFile(result.file, `${fileStem(this.#certificate)}.${result.ending}`);
  }

  async #backUp(): Promise<void> {
    const saved = await this.#attempt(
      (signal) => backUpCertificate(this.page.host, this.#certificate.fingerprint, signal),
      { asks: true },
    );
    if (saved !== undefined) this.#tell("ok", h("p", {}, t("backedUp", saved)));
  }

  async #check(): Promise<void> {
    const { fingerprint, usages } = this.#certificate;
    const purposes = (["sign", "encrypt"] as const).filter((use) => usages.includes(use));
    const results = await this.#attempt((signal) =>
      Promise.all(
        (purposes.length > 0 ? purposes : (["sign"] as const)).map((use) =>
          checkCertificate(this.page.host, { fingerprint, for: use }, signal),
        ),
      ),
    );
    if (!results) return;
    const reasons = [...new Set(results.flatMap((result) => result.reasons))];
    const usable = results.every((result) => result.usable);
    const asked = results.every((result) => result.revocation === "good");
    const verdict = usable ? (asked ? "checkedGoodOnline" : "checkedGood") : "checkedBad";
    this.#tell(
      usable ? "ok" : "bad",
      h("p", {}, t(verdict)),
      reasonList(reasons, aboutOf(this.#certificate)),
    );
  }

  #askDelete(): void {
    const { own } = this.#certificate;
    const key = h("input", { type: "checkbox", id: "with-key" });
    const text = own
      ? "deleteOwnText"
      : isAuthority(this.#certificate)
        ? "deleteAuthorityText"
        : "deleteText";
    const confirm = button(t("deleteConfirm"), () => this.#delete(key.checked), {
      class: "danger",
    });
    this.#tell(
      "warn",
      h("p", { class: "notice-title" }, t("deleteTitle")),
      h("p", {}, t(text)),
      own && h("p", { class: "check" }, key, h("label", { for: "with-key" }, t("deleteWithKey"))),
      h(
        "p",
        { class: "toolbar" },
        confirm,
        button(t("cancel"), () => fill(this.#notices)),
      ),
    );
    confirm.focus();
  }

  async #delete(withKey: boolean): Promise<void> {
    const gone = await this.#attempt(
      async (signal) => {
        await deleteCertificate(this.page.host, this.#certificate.fingerprint, withKey, signal);
        return true;
      },
      { asks: true },
    );
    if (!gone) return;
    location.hash = listOf(this.#certificate);
    this.page.notify("ok", h("p", {}, t("deleted")));
  }

  #trustSection(): HTMLElement | null {
    const certificate = this.#certificate;
    if (!isAuthority(certificate)) return null;
    const isRoot = certificate.subject === certificate.issuer;
    const offers: [Trust, Key][] = [
      ["trusted", "trustButton"],
      ["untrusted", "distrustButton"],
      ...(isRoot ? [] : ([["inherited", "inheritButton"]] satisfies [Trust, Key][])),
    ];
    const buttons = offers
      .filter(([trust]) => trust !== certificate.trust)
      .map(([trust, label]) => button(t(label), () => this.#trust(trust)));
    return h("div", { class: "panel" }, h("p", {}, t(certificate.trust === "trusted" ? "trustedHint" : "trustHint")), h("p", { class: "toolbar" }, ...buttons));
  }

  async #trust(trust: Trust): Promise<void> {
    const changed = await this.#attempt(
      (signal) => trustCertificate(this.page.host, this.#certificate.fingerprint, trust, signal),
      { asks: true },
    );
    if (!changed) return;
    await showCertificate(this.page, changed.fingerprint);
    this.page.notify("ok", h("p", {}, t("trustDone")));
  }
}

export async function showCertificate(page: Page, fingerprint: string): Promise<void> {
  fill(page.main);
  const got = await page.attempt(t("loading"), () => getCertificate(page.host, fingerprint));
  if (got) new View(page, got).show();
}
