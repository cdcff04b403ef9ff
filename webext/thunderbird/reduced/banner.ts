// SPDX-License-Identifier: MPL-2.0
// In the document of a mail: what holds for it, above its text. A mail could write the same, so it
// says where the real answer stands; nothing of the mail reaches into it.
interface Banner {
  level: "ok" | "warn" | "bad" | "info";
  words: string;
  advice: string;
  where: string;
}

const STYLE = `
:host { all: initial; display: block; }
div { margin: 0 0 12px; padding: 8px 12px; border: 1px solid; border-left-width: 5px;
  border-radius: 6px; font: 14px/1.4 system-ui, sans-serif; background: #fff; color: #1c2127; }
p { margin: 0; } .words { font-weight: 600; } .where { color: #56606b; font-size: 12px; }
.ok { border-color: #136c36; } .warn { border-color: #7f4a00; }
.bad { border-color: #b01a1a; } .info { border-color: #2f4c6b; }
@media (prefers-color-scheme: dark) {
  div { background: #20252b; color: #eceff2; } .where { color: #aab4bf; }
  .ok { border-color: #76d59b; } .warn { border-color: #f2bf6a; }
  .bad { border-color: #ff9c94; } .info { border-color: #a5c8ee; }
}`;

function show({ level, words, advice, where }: Banner): void {
  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "closed" });
  const style = document.createElement("style");
  style.textContent = STYLE;
  const box = document.createElement("div");
  box.className = level;
  box.setAttribute("role", "status");
  for (const [name, text] of Object.entries({ words, advice, where })) {
    if (text === "") continue;
    const line = document.createElement("p");
    line.className = name;
    line.textContent = text;
    box.append(line);
  }
  root.append(style, box);
  document.body.prepend(host);
}

void chrome.runtime.sendMessage({ banner: true }).then((banner: Banner | null) => {
  if (banner) show(banner);
});

export {};
