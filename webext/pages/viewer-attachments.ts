// SPDX-License-Identifier: MPL-2.0
// The files that came with a mail: to be saved, and those that harm nobody to be looked at here.
import { button, fill, freshId, h, icon, saveFile, section } from "./dom.ts";
import { language, t } from "./text.ts";
import type { Attachment } from "./viewer-entity.ts";

/** Longer text is for another program. */
const TEXT = 1024 * 1024;
const PICTURE = /^image\/(png|jpeg|gif|webp|bmp)$/;

function size(bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  let at = 0;
  while (bytes >= 1000 && at < units.length - 1) {
    bytes /= 1000;
    at++;
  }
  return new Intl.NumberFormat(language(), {
    style: "unit",
    unit: units[at] as string,
    unitDisplay: at === 0 ? "long" : "short",
    maximumFractionDigits: bytes < 10 && at > 0 ? 1 : 0,
  }).format(bytes);
}

/** None for what only another program can show: opened here, it would be a page of ours. */
function preview({ name, type, content }: Attachment): (() => Promise<HTMLElement>) | null {
  if (PICTURE.test(type))
    return async () => {
      const address = URL.createObjectURL(content.slice(0, content.size, type));
      const image = h("img", { src: address, alt: name });
      await image.decode().catch(() => undefined);
      URL.revokeObjectURL(address);
      return image;
    };
  if (type === "text/plain" && content.size <= TEXT)
    return async () => h("pre", { tabindex: 0, "aria-label": name }, await content.text());
  return null;
}

function row(attachment: Attachment): HTMLElement {
  const { name, type, content } = attachment;
  const id = freshId("attachment");
  const place = h("div", { id, class: "preview" });
  const make = preview(attachment);
  const show = button(
    t("attachmentShow"),
    async () => {
      const open = show.getAttribute("aria-expanded") === "true";
      show.setAttribute("aria-expanded", String(!open));
      fill(place, !open && make ? await make() : null);
    },
    { "aria-expanded": "false", "aria-controls": id, "aria-label": `${t("attachmentShow")}: ${name}` },
  );
  const save = button(t("attachmentSave"), () => saveFile(content, name), {
    "aria-label": `${t("attachmentSave")}: ${name}`,
  });
  return h(
    "li",
    { class: "row" },
    h(
      "div",
      {},
      h("p", { class: "row-title" }, name),
      h("p", { class: "hint" }, `${size(content.size)}, ${type}`),
    ),
    h("div", { class: "toolbar" }, make && show, save),
    place,
  );
}

export function attachmentSection(attachments: Attachment[]): HTMLElement | null {
  if (attachments.length === 0) return null;
  return section(
    t("sectionAttachments"),
    h("p", { class: "help" }, icon("warn"), t("attachmentsText")),
    h("ul", { class: "rows" }, ...attachments.map(row)),
  );
}
