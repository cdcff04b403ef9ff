# SPDX-License-Identifier: MPL-2.0
"""The add-on's own pages inside Thunderbird, with the host behind them."""

import unittest

from case import ME, Case


class Pages(Case):
    def inside(self, script):
        """The value of an expression in the page of the open tab, once it
        is true."""
        return self.steps.run("""
            const { browser } = main.document.getElementById("tabmail")
                .currentTabInfo;
            const name = `tests:${Math.random()}`;
            const ask = () => new Promise(resolve => {
                const manager = browser.messageManager;
                const take = ({ data }) => {
                    manager.removeMessageListener(name, take);
                    resolve(data);
                };
                manager.addMessageListener(name, take);
                manager.loadFrameScript(`data:,sendAsyncMessage("${name}",
                    (document => ${encodeURIComponent(args[0])})(
                    content.document))`, false);
            });
            return until(ask, args[0]);
        """, script)

    def page(self, file):
        """Opens a page anew in a tab; its title and address."""
        return self.steps.run("""
            const { WebExtensionPolicy } = Cu.getGlobalForObject(Services);
            const policy = WebExtensionPolicy.getByID("thunderbird@nssmime");
            const tabmail = main.document.getElementById("tabmail");
            const url = policy.getURL(`pages/${args[0]}`);
            // one that is there already would only be shown
            for (const old of tabmail.tabInfo.filter(each =>
                each.browser?.currentURI?.spec == url)) tabmail.closeTab(old);
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

    def test_who_is_in_charge(self):
        """It is said of each address, with the way to change it."""
        self.assertIn("settings.html", self.page("settings.html"))
        text = "document.querySelector('fieldset')?.textContent"
        self.assertIn("nssmime is in charge of mail from this address",
                      self.inside(text))
        self.steps.own_protection(ME)
        self.addCleanup(self.steps.own_protection, "")
        self.page("settings.html")
        self.assertIn("unless you choose otherwise", self.inside(text))
        self.steps.own_protection(ME, sign=True)
        self.page("settings.html")
        self.assertIn("Thunderbird’s own S/MIME is in charge",
                      self.inside(text))
        self.inside("(document.querySelector('fieldset').scrollIntoView(), "
                    "true)")
        self.picture("settings-in-charge")
        self.inside("(document.querySelector('fieldset .toolbar button')"
                    ".click(), true)")
        self.steps.run("""
            const tabmail = main.document.getElementById("tabmail");
            const tab = await until(() => tabmail.tabInfo.find(each =>
                each.browser?.currentURI?.spec == "about:accountsettings"),
                "the account settings");
            await until(() => tab.browser.contentDocument
                ?.getElementById("contentFrame")?.contentDocument
                ?.documentURI.endsWith("am-e2e.xhtml"), "their page");
            tabmail.closeTab(tab);
        """)

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
