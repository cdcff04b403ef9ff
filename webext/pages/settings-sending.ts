// SPDX-License-Identifier: MPL-2.0
// How mail of each address is protected unless its writer says otherwise.
import { allCertificates } from "../core/actions/certificate-list.ts";
import type { Identity } from "../core/relay.ts";
import {
  changeSettings,
  ciphers,
  encryptWishes,
  forms,
  type Sending,
  sendingFor,
  type Settings,
} from "../core/settings.ts";
import type { Certificate } from "../core/wire.ts";
import { stateOf } from "./certificate-state.ts";
import { button, freshId, h, on, section } from "./dom.ts";
import { titleOf } from "./name.ts";
import { notice, type Page } from "./page.ts";
import { keyOf, t } from "./text.ts";

function select(
  label: string,
  options: [string, string][],
  value: string,
  change: (value: string) => void,
): HTMLElement {
  const id = freshId("choice");
  const element = on(
    h(
      "select",
      { id },
      ...options.map(([name, text]) => h("option", { value: name, selected: name === value }, text)),
    ),
    { change: () => change(element.value) },
  );
  return h("div", { class: "field" }, h("label", { for: id }, label), element);
}

function certificateOptions(own: Certificate[], chosen = ""): [string, string][] {
  const options: [string, string][] = [
    ["", t("certificateAuto")],
    ...own.map((certificate): [string, string] => [
      certificate.fingerprint,
      `${titleOf(certificate)} (${stateOf(certificate).text})`,
    ]),
  ];
  if (chosen && !own.some((certificate) => certificate.fingerprint === chosen))
    options.push([chosen, t("certificateGone")]);
  return options;
}

/** Who is in charge of mail from an address, where the program has a protection of its own. */
function chargeView(page: Page, { address, builtIn }: Identity): HTMLElement | false {
  const { program } = page.target;
  if (builtIn === undefined) return false;
  if (builtIn === null) return h("p", { class: "help" }, t("chargeOurs", program));
  const { technology, isOn } = builtIn;
  const open = button(
    t("chargeOpen", program),
    () => page.attempt(t("working"), () => page.host.call("page.builtIn", { address })),
    { "aria-label": `${t("chargeOpen", program)}: ${address}` },
  );
  return notice(
    isOn ? "warn" : "info",
    h("p", { class: "notice-title" }, t(isOn ? "chargeTheirs" : "chargeBoth", program, technology)),
    h("p", {}, t(isOn ? "chargeTheirsText" : "chargeBothText", program, technology)),
    isOn && h("p", {}, t("chargeTheirs_do", program)),
    h("p", { class: "toolbar" }, open),
  );
}

export async function sendingSections(page: Page, settings: Settings): Promise<HTMLElement[]> {
  const store = async (change: (settings: Settings) => void) => {
    const done = await page.attempt(t("working"), () => changeSettings(chrome.storage.local, change));
    if (done) page.notify("ok", h("p", {}, t("saved")));
  };
  const storeFor = (address: string, change: (sending: Sending) => void) =>
    store((current) => {
      const sending = sendingFor(current, address);
      change(sending);
      current.identities[address.toLowerCase()] = sending;
    });

  const identityView = async (identity: Identity): Promise<HTMLElement> => {
    const { address, name } = identity;
    const sending = sendingFor(settings, address);
    const own = await allCertificates(page.host, { kind: "own", address });
    const id = freshId("sign");
    const sign = on(h("input", { type: "checkbox", id, checked: sending.sign }), {
      change: () => storeFor(address, (changed) => (changed.sign = sign.checked)),
    });
    return h(
      "fieldset",
      { class: "panel" },
      h("legend", {}, name ? `${name} <${address}>` : address),
      chargeView(page, identity),
      h("div", { class: "check" }, sign, h("label", { for: id }, t("sendSign"))),
      select(
        t("sendEncrypt"),
        encryptWishes.map((wish) => [wish, t(keyOf("encrypt", wish))]),
        sending.encrypt,
        (value) =>
          storeFor(address, (changed) => (changed.encrypt = value as Sending["encrypt"])),
      ),
      select(
        t("sendCertificate"),
        certificateOptions(own, sending.certificate),
        sending.certificate ?? "",
        (value) =>
          storeFor(address, (changed) => {
            if (value) changed.certificate = value;
            else delete changed.certificate;
          }),
      ),
    );
  };

  const { identities } = page.target;
  const views = await Promise.all(identities.map(identityView));
  return [
    section(
      t("sectionSending"),
      h("p", { class: "help" }, t("sendingText")),
      views.length === 0 && h("p", {}, t("sendingNone", page.target.program)),
      ...views,
    ),
    h(
      "details",
      {},
      h("summary", {}, h("h2", {}, t("sectionAdvanced"))),
      select(
        t("setForm"),
        forms.map((form) => [form, t(keyOf("form", form))]),
        settings.form,
        (value) => store((current) => (current.form = value as Settings["form"])),
      ),
      select(
        t("setCipher"),
        [["", t("cipherAuto")], ...ciphers.map((name): [string, string] => [name, name.toUpperCase()])],
        settings.cipher ?? "",
        (value) =>
          store((current) => {
            if (value) current.cipher = value as NonNullable<Settings["cipher"]>;
            else delete current.cipher;
          }),
      ),
    ),
  ];
}
