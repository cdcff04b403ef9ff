// SPDX-License-Identifier: MPL-2.0
// The browser that this is: as people call it, and as "nssmime-host install" knows it.
interface Brand {
  brand: string;
}

const brands: [RegExp, string, string][] = [
  [/^Microsoft Edge$/, "Edge", "--edge"],
  [/^Brave$/, "Brave", "--brave"],
  [/^Vivaldi$/, "Vivaldi", "--vivaldi"],
  [/^Google Chrome$/, "Chrome", "--chrome"],
];

export function browser(): { program: string; installOption: string } {
  const data = (navigator as { userAgentData?: { brands?: Brand[] } }).userAgentData;
  if (!data) return { program: "Firefox", installOption: "--firefox" };
  for (const [name, program, installOption] of brands)
    if (data.brands?.some(({ brand }) => name.test(brand))) return { program, installOption };
  return { program: "Chromium", installOption: "--chromium" };
}
