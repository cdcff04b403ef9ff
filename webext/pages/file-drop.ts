// SPDX-License-Identifier: MPL-2.0
// Files that are dropped, wherever on the page. Text that is dropped goes where it is dropped.
import { h } from "./dom.ts";

export function takeFiles(hint: string, take: (files: File[]) => void): void {
  const veil = h("div", { class: "drop-veil", hidden: true }, h("p", {}, hint));
  document.body.append(veil);
  let depth = 0;
  const show = (change: number) => {
    depth = Math.max(0, depth + change);
    veil.hidden = depth === 0;
  };
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  document.addEventListener("dragenter", (event) => hasFiles(event) && show(1));
  document.addEventListener("dragleave", (event) => hasFiles(event) && show(-1));
  document.addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  // Before a text field sees it, which would put something of its own into the text.
  document.addEventListener(
    "drop",
    (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      event.stopPropagation();
      show(-depth);
      take([...(event.dataTransfer?.files ?? [])]);
    },
    { capture: true },
  );
}
