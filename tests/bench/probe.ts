// SPDX-License-Identifier: MPL-2.0
// In the frame that shows a mail: when its text was on the screen.
declare global {
  var shownAt: number | undefined;
}

const changes = new MutationObserver(() => {
  if (!document.querySelector(".mail-text")) return;
  changes.disconnect();
  // The frame after this one is drawn with it.
  requestAnimationFrame(() =>
    setTimeout(() => {
      globalThis.shownAt = performance.timeOrigin + performance.now();
    }),
  );
});
changes.observe(document, { childList: true, subtree: true });

export {};
