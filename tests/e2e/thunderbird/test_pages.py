# SPDX-License-Identifier: MPL-2.0
"""The add-on's own pages inside Thunderbird, with the host behind them."""

import unittest

from case import ME, Case


class Pages(Case):
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
        for file, name, ready in (
                ("certificates.html", "certificates", ".card"),
                ("settings.html", "settings", "fieldset")):
            self.assertIn(file, self.page(file))
            self.steps.inside("!!document.querySelector('%s')" % ready)
            self.assertEqual([], self.hurdles())
            self.picture(name)

    def test_who_is_in_charge(self):
        """It is said of each address, with the way to change it."""
        self.assertIn("settings.html", self.page("settings.html"))
        text = "document.querySelector('fieldset')?.textContent"
        self.assertIn("nssmime is in charge of mail from this address",
                      self.steps.inside(text))
        self.steps.own_protection(ME)
        self.addCleanup(self.steps.own_protection, "")
        self.page("settings.html")
        self.assertIn("unless you choose otherwise", self.steps.inside(text))
        self.steps.own_protection(ME, sign=True)
        self.page("settings.html")
        self.assertIn("Thunderbird’s own S/MIME is in charge",
                      self.steps.inside(text))
        self.steps.inside("(document.querySelector('fieldset').scrollIntoView(), "
                    "true)")
        self.picture("settings-in-charge")
        self.steps.inside("(document.querySelector('fieldset .toolbar button')"
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
        """Who lacks a certificate, whose cannot be used, and looking up."""
        self.steps.compose(to="bob@example.org, stranger@example.org, "
                           "expired@example.org", subject="Who", body="x\n")
        self.assertEqual([], self.hurdles("bar(composers().at(-1))"))
        self.steps.press("details")
        self.steps.run("""
            await until(() => Services.wm.getMostRecentWindow(
                "mail:extensionPopup")?.document.querySelector("browser")
                ?.contentTitle?.startsWith("Recipients"), "the page");
        """)
        self.addCleanup(self.steps.close_popup)
        boxes = self.steps.inside(
            "(all => all.length == 3 && all.map(each => each.innerText))"
            "([...document.querySelectorAll('.identity')])")
        self.assertIn("Can be encrypted to", boxes[0])
        self.assertIn("No certificate", boxes[1])
        self.assertIn("had expired", boxes[2])
        self.steps.press_inside(".identity:nth-of-type(2) .toolbar button")
        self.assertIn("Ask this person for a signed mail", self.steps.inside(
            "document.querySelector('.identity .notice')?.innerText"))
        self.assertEqual([], self.hurdles())
        self.picture("composer-recipients", "mail:extensionPopup")

    def test_defaults(self):
        """What the settings say of an address is how its mails begin."""
        self.page("settings.html")
        self.steps.inside("!!document.querySelector('fieldset select')")
        self.choose("never", False)
        self.addCleanup(self.choose, "possible", True)
        self.steps.compose(to="bob@example.org", subject="Default", body="x\n")
        bar = self.steps.bar()
        self.assertEqual((False, False), (bar["sign"], bar["encrypt"]))
        self.steps.discard()
        self.choose("always", False)
        self.steps.compose(to="stranger@example.org", subject="Default",
                           body="x\n")
        bar = self.steps.bar()
        self.assertEqual((False, True, "bad"),
                         (bar["sign"], bar["encrypt"], bar["level"]))

    def choose(self, encrypt, sign):
        """In the settings of the first address, as people do."""
        self.steps.inside("""(() => {
            const [box] = document.querySelectorAll("fieldset");
            const select = box.querySelector("select");
            select.value = "%s";
            select.dispatchEvent(new Event("change"));
            const check = box.querySelector("input");
            if (check.checked != %s) check.click();
            return true;
        })()""" % (encrypt, str(sign).lower()))
        self.steps.inside("""chrome.storage.local.get("settings").then(
            ({ settings }) => Object.values(settings?.identities ?? {}).some(
                ({ sign, encrypt }) => sign == %s && encrypt == "%s"))"""
                          % (str(sign).lower(), encrypt))


if __name__ == "__main__":
    unittest.main()
