// SPDX-License-Identifier: MPL-2.0
// Style sheets of a mail, without what they would load. The engine's own parser reads them, so no
// escape or comment hides anything.

/** Whether something may be loaded from this address. */
export type Loads = (address: string) => boolean;

const LOADS = /(?:url|image|image-set|cross-fade|src)\(/i;
const ADDRESS = /url\("((?:[^"\\]|\\.)*)"\)/gi;

/** Engines write every address that they understood as url("..."). What else there is of the kind
 * is not understood here, and goes. */
function harmless(value: string, loads: Loads): boolean {
  const rest = value.replace(ADDRESS, (_, address: string) => (loads(address) ? "" : "url(?)"));
  return !LOADS.test(rest);
}

/** Variables keep their text as it was written, which is not looked through here. */
function cleanDeclarations(style: CSSStyleDeclaration, loads: Loads): void {
  for (const name of [...style])
    if (name.startsWith("--") || !harmless(style.getPropertyValue(name), loads))
      style.removeProperty(name);
}

function cleanRules(owner: CSSStyleSheet | CSSGroupingRule, loads: Loads): void {
  for (let at = owner.cssRules.length - 1; at >= 0; at--) {
    const rule = owner.cssRules[at] as CSSRule;
    if (rule instanceof CSSStyleRule) cleanDeclarations(rule.style, loads);
    else if (!(rule instanceof CSSGroupingRule)) owner.deleteRule(at);
    // A style rule may hold rules, too.
    if ("cssRules" in rule && "deleteRule" in rule) cleanRules(rule as CSSGroupingRule, loads);
  }
}

export function cleanStyle(style: CSSStyleDeclaration, loads: Loads): string {
  cleanDeclarations(style, loads);
  return style.cssText;
}

export function cleanSheet(text: string, loads: Loads): string {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text); // without its @import rules
  cleanRules(sheet, loads);
  const clean = [...sheet.cssRules].map(({ cssText }) => cssText).join("\n");
  // An escaped "<" is a plain one now, and would end the element.
  return clean.replaceAll("<", "\\3c ");
}
