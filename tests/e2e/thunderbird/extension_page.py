# SPDX-License-Identifier: MPL-2.0
"""Pages of an add-on, wherever Thunderbird shows them: in a window of their
own, or in a tab."""

import json

FIND = """
const name = args[0];
const tabmail = main.document.getElementById("tabmail");
const popups = () => [...Services.wm.getEnumerator("mail:extensionPopup")];
const browsers = () => [
    ...popups().map(win => win.document.querySelector("browser")),
    ...tabmail.tabInfo.map(tab => tab.browser)].filter(each =>
    each?.currentURI?.spec.includes(`/pages/${name}.html`));
"""


class ExtensionPage:
    """Of the name `name`, the newest; waits until it is there."""

    def __init__(self, steps, name, patience=20):
        self._steps = steps
        self.name = name
        self._run("""
            await until(() => {
                const browser = browsers().at(-1);
                return browser && !browser.webProgress?.isLoadingDocument;
            }, name, args[1]);
        """, patience * 1000)

    def _run(self, script, *args):
        return self._steps.run(FIND + script, self.name, *args)

    def run(self, script, *args):
        """In the page itself; `document` and `args` are there."""
        code = """(() => {
            const { document } = content, args = %s;
            let got; try { got = { value: (() => { %s })() ?? null }; }
            catch (error) { got = { error: String(error) }; }
            sendAsyncMessage("nssmime-test", got);
        })()""" % (json.dumps(args), script)
        got = self._run("""
            const { messageManager } = browsers().at(-1);
            const lost = sleep(10000).then(() =>
                ({ error: "the page went while it was asked" }));
            return Promise.race([lost, new Promise(done => {
                messageManager.addMessageListener("nssmime-test",
                    function listener({ data }) {
                        messageManager.removeMessageListener("nssmime-test",
                            listener);
                        done(data);
                    });
                messageManager.loadFrameScript(
                    "data:application/javascript;charset=utf-8," +
                    encodeURIComponent(args[1]), false);
            })]);
        """, code)
        if "error" in got:
            raise RuntimeError(got["error"])
        return got["value"]

    def wait(self, piece, patience=20):
        """Until the page says `piece`; all that it says then."""
        return self._steps.wait(
            lambda: self._text(piece), "%s in %s" % (piece, self.name),
            patience, self.text)

    def _text(self, piece):
        text = self.text()
        return text if piece in text else None

    def text(self):
        """Of its frames as well."""
        return self.run("""
            const frames = [...document.querySelectorAll("iframe")].map(
                frame => frame.contentDocument?.body?.innerText ?? "");
            return [document.body?.innerText ?? "", ...frames].join("\\n");
        """)

    def press(self, label):
        """A button, or the field of a label, once it is there."""
        self._steps.wait(lambda: self.run("""
            const all = [...document.querySelectorAll("button, label")];
            const found = all.find(each => each.innerText.trim() == args[0]);
            found?.click();
            return Boolean(found);
        """, label), label, 20, self.text)

    def ticked(self, label):
        """Whether the box of a label is; None where there is none, or as long
        as something goes on."""
        return self.run("""
            if (document.querySelector(".working, .loading")) return null;
            return [...document.querySelectorAll("label")].find(each =>
                each.innerText == args[0])?.control.checked;
        """, label)

    def close(self):
        self._run("""
            for (const win of popups())
                if (win.document.querySelector("browser")?.currentURI?.spec
                    .includes(`/pages/${name}.html`)) win.close();
            for (const tab of [...tabmail.tabInfo])
                if (tab.browser?.currentURI?.spec
                    .includes(`/pages/${name}.html`)) tabmail.closeTab(tab);
            await until(() => browsers().length == 0, "no page");
        """)
