// SPDX-License-Identifier: MPL-2.0
import type { Browser } from "./browser.ts";
import { Chromium } from "./chromium.ts";
import { Firefox } from "./firefox.ts";
import type { Options } from "./profile.ts";

export const browsers: Record<Browser["name"], (options: Options) => Promise<Browser>> = {
  chromium: (options) => Chromium.start(options),
  firefox: (options) => Firefox.start(options),
};
