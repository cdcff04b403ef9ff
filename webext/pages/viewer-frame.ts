// SPDX-License-Identifier: MPL-2.0
// A frame for the HTML of a mail: without scripts, forms and an origin, and with a policy that lets
// nothing be loaded but, if that is wanted, pictures. It narrows that of the page (tools/build.mjs).
import { h } from "./dom.ts";
import { t } from "./text.ts";

const STYLE =
  "body{margin:1rem;background:#fff;color:#111;font:16px/1.5 system-ui,sans-serif;" +
  "overflow-wrap:break-word}img{max-width:100%;height:auto}";

function head(remote: boolean): string {
  const pictures = remote ? "img-src data: https:; upgrade-insecure-requests" : "img-src data:";
  return (
    '<!doctype html><meta charset="utf-8">' +
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; ` +
    `style-src 'unsafe-inline'; ${pictures}">` +
    '<meta name="referrer" content="no-referrer">' +
    // Browsers ask for the addresses of links before anybody clicks them.
    '<meta http-equiv="x-dns-prefetch-control" content="off">' +
    `<style>${STYLE}</style>`
  );
}

export function mailFrame(html: string, remote: boolean): HTMLIFrameElement {
  return h("iframe", {
    class: "mail-frame",
    title: t("viewerText"),
    // Links open in a window of their own, which the browser does without any script.
    sandbox: "allow-popups allow-popups-to-escape-sandbox",
    referrerpolicy: "no-referrer",
    srcdoc: head(remote) + html,
  });
}
