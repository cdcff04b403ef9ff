// SPDX-License-Identifier: MPL-2.0
// What all pages have in common: head, navigation, notices, and the way to the host.
import { HostError } from "../core/error.ts";
import { type Pages, pages, RELAY, type Target } from "../core/relay.ts";
import { Busy, type Running } from "./busy.ts";
import { button, type Child, fill, h, icon, on } from "./dom.ts";
import { problemBox } from "./problem.ts";
import { type Level, said } from "./reason.ts";
import { type Key, language, t } from "./text.ts";

const places = [
  { file: "certificates.html", label: "navCertificates" },
  { file: "settings.html", label: "navSettings" },
  { file: "start.html", label: "navStart" },
] as const satisfies { file: string; label: Key }[];

export interface Page {
  host: Pages;
  target: Target;
  /** What is below the title and the notices. */
  main: HTMLElement;
  busy: Busy;
  /** Runs something; what goes wrong is shown above the content. */
  attempt<V>(
    text: string,
    work: (running: Running) => Promise<V>,
    options?: { asks?: boolean; at?: HTMLElement },
  ): Promise<V | undefined>;
  notify(level: Level, ...children: Child[]): void;
}

export const notice = (level: Level, ...children: Child[]): HTMLElement =>
  h("div", { class: `notice ${level}` }, icon(level), h("div", {}, said(level), ...children));

function navigation(): HTMLElement {
  const here = location.pathname.split("/").at(-1);
  return h(
    "nav",
    { "aria-label": t("navLabel") },
    ...places.map(({ file, label }) =>
      h("a", { href: file, "aria-current": file === here && "page" }, t(label)),
    ),
  );
}

/** `alone`: what it shows is no part of the set of pages that one goes about in. */
export async function openPage(title: Key, { alone = false } = {}): Promise<Page> {
  document.documentElement.lang = language();
  document.title = `${t(title)} – nssmime`;
  const main = h("div", {}, h("p", { class: "loading" }, t("loading")));
  const notices = h("div", { class: "notices", role: "status" });
  const busy = new Busy();
  const content = h("main", { id: "main", tabindex: -1 }, h("h1", {}, t(title)), notices, main);
  // Where one is in a page is in its address, which this must not change.
  const skip = on(h("a", { class: "skip", href: "#main" }, t("skip")), {
    click: (event) => {
      event.preventDefault();
      content.focus();
    },
  });
  fill(
    document.body,
    !alone && skip,
    !alone && h("header", {}, h("p", { class: "brand" }, icon("lock"), "nssmime"), navigation()),
    content,
    busy.element,
  );
  const host = pages(() => chrome.runtime.connect({ name: RELAY }));
  const target = await host.call("page.target", {});
  if (target.site !== undefined)
    document.querySelector("h1")?.after(h("p", { class: "site" }, t("forSite", target.site)));

  const show = (place: HTMLElement, element: HTMLElement) => {
    const close = button("×", () => fill(place), { class: "close", "aria-label": t("close") });
    element.append(close);
    fill(place, element);
    element.scrollIntoView?.({ block: "nearest" });
  };
  return {
    host,
    target,
    main,
    busy,
    async attempt(text, work, { asks = false, at = notices } = {}) {
      if (at.querySelector(".bad")) fill(at); // an earlier failure
      try {
        return await busy.run(text, work, { asks });
      } catch (failure) {
        show(at, problemBox(HostError.of(failure), target));
        return undefined;
      }
    },
    notify: (level, ...children) => show(notices, notice(level, ...children)),
  };
}
