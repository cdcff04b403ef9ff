// SPDX-License-Identifier: MPL-2.0
// Which site it is about is what the browser says of the tab in which the button was pressed, never
// what a page says of itself.
const api = globalThis.browser ?? globalThis.chrome;

api.action.onClicked.addListener((tab) => {
  const site = encodeURIComponent(new URL(tab.url).origin);
  api.tabs.create({ url: `page.html?site=${site}` });
});
