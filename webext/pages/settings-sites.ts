// SPDX-License-Identifier: MPL-2.0
// The web sites that S/MIME is set up for, in an extension of a browser.
import { button, h, icon, section } from "./dom.ts";
import type { Page } from "./page.ts";
import { setUpSite } from "./site-setup.ts";
import { t } from "./text.ts";

/** Those that are set up, to be forgotten, and those that an administrator suggests. */
export async function siteRows(page: Page, changed: () => Promise<void>): Promise<HTMLElement | null> {
  const { sites, recommended } = await page.host.call("site.list", {});
  const forget = (site: string) =>
    button(
      t("siteForget"),
      async () => {
        await page.attempt(t("working"), () => page.host.call("site.forget", { site }));
        await changed();
      },
      { "aria-label": `${t("siteForget")}: ${site}` },
    );
  const setUp = (site: string) =>
    button(
      t("siteSetUp"),
      async () => {
        await page.attempt(t("working"), () => setUpSite(page.host, site), { asks: true });
        await changed();
      },
      { class: "primary", "aria-label": `${t("siteSetUp")}: ${site}` },
    );
  const row = (site: string, what: HTMLElement, hint = "") =>
    h(
      "li",
      { class: "row" },
      h("div", {}, h("p", { class: "row-title" }, site), hint !== "" && h("p", { class: "hint" }, hint)),
      h("div", { class: "toolbar" }, what),
    );
  const missing = recommended.filter((site) => !sites.includes(site));
  if (sites.length + missing.length === 0) return null;
  return h(
    "ul",
    { class: "rows" },
    ...sites.map((site) => row(site, forget(site))),
    ...missing.map((site) => row(site, setUp(site), t("siteRecommended"))),
  );
}

export async function sitesSection(page: Page, changed: () => Promise<void>): Promise<HTMLElement> {
  const { sites } = await page.host.call("site.list", {});
  return section(
    t("sectionSites"),
    h("p", { class: "help" }, t("sitesText")),
    await siteRows(page, changed),
    sites.length === 0 && h("p", { class: "warn" }, icon("info"), t("sitesNone", page.target.program)),
  );
}
