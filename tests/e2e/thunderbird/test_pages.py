# SPDX-License-Identifier: MPL-2.0
"""The add-on's own pages inside Thunderbird, with the host behind them."""

import unittest

from case import Case

class Pages(Case):
    def page(self, file):
        """Opens a page in a tab; its title and address."""
        return self.steps.run("""
            const { WebExtensionPolicy } = Cu.getGlobalForObject(Services);
            const policy = WebExtensionPolicy.getByID("thunderbird@nssmime");
            const tabmail = main.document.getElementById("tabmail");
            const url = policy.getURL(`pages/${args[0]}`);
            const tab = tabmail.openTab("contentTab", { url, linkHandler:
                "single-page", triggeringPrincipal: policy.extension.principal,
                userContextId: 0 });
            return until(() => {
                const text = tab.browser.contentTitle;
                return text ? `${text} ${tab.browser.currentURI.spec}` : null;
            }, "the page");
        """, file)

    def test_first_run(self):
        """It opens by itself where the add-on was just installed."""
        title = self.steps.run("""
            const tabmail = main.document.getElementById("tabmail");
            const tab = await until(() => tabmail.tabInfo.find(each =>
                each.title?.startsWith("Set up S/MIME")), "the first-run page");
            tabmail.switchToTab(tab);
            await sleep(1500);
            return tab.title;
        """)
        self.assertIn("Set up S/MIME", title)
        self.picture("first-run")

    def test_certificates(self):
        for file, name in (("certificates.html", "certificates"),
                           ("settings.html", "settings")):
            self.assertIn(file, self.page(file))
            self.steps.run("await sleep(1500)")
            self.picture(name)

    def test_recipients(self):
        self.steps.compose(to="bob@example.org, stranger@example.org, "
                           "expired@example.org", subject="Who", body="x\n")
        self.steps.press("details")
        title = self.steps.run("""
            const browser = await until(() => Services.wm.getMostRecentWindow(
                "mail:extensionPopup")?.document.querySelector("browser"),
                "the window");
            await until(() => browser.contentTitle?.startsWith("Recipients"),
                "the page");
            await sleep(1000);
            return browser.contentTitle;
        """)
        self.assertIn("Recipients", title)
        self.picture("composer-recipients", "mail:extensionPopup")
        self.steps.run("Services.wm.getMostRecentWindow("
                       "'mail:extensionPopup').close();")


if __name__ == "__main__":
    unittest.main()
