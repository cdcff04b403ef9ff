# SPDX-License-Identifier: MPL-2.0
"""How long a mail takes in Thunderbird from the click until it stands there
with its verdict, beside what a plain mail takes in the same Thunderbird.
thunderbird.sh runs it."""

import os
import statistics
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "../e2e/thunderbird"),
                os.path.join(HERE, "../support")]

from case import Case, needed  # noqa: E402
from peer import Peer  # noqa: E402

ROUNDS = 12
GOAL = "goal: below 100 ms"
TEXT = "0123456789 abcdefghijklmnopqrstuvwxyz 0123456789 abcdefgh\r\n" * 170


class Speed(Case):
    def test_opening(self):
        peer = Peer(needed("NSSMIME_TEST_PKI"))
        plain = peer.text(TEXT)
        kinds = {"plain": lambda: plain,
                 "both": lambda: peer.encrypt(peer.sign(plain), "alice"),
                 "signed": lambda: peer.sign(plain)}
        for number in range(ROUNDS):
            for kind, make in kinds.items():
                self.imap.append(self.user, peer.mail(
                    make(), "%s %d" % (kind, number)))
        self.steps.open("plain %d" % (ROUNDS - 1))
        times = {}
        for kind in kinds:
            times[kind] = [
                self.opening("%s %d" % (kind, number), kind != "plain")
                for number in range(ROUNDS)][2:]
        median = {kind: statistics.median(all_of)
                  for kind, all_of in times.items()}
        base = median["plain"]
        row = "  %-44s%6.0f ms  %s"
        print(row % ("10 KiB, not protected: click to text", base, ""))
        print(row % ("  signed and encrypted: beyond that",
                     median["both"] - base, GOAL))
        print(row % ("  signed: beyond that", median["signed"] - base, GOAL))

    def opening(self, subject, smime):
        return self.steps.run("""
            const [subject, smime] = args;
            const pane = main.document.getElementById("tabmail")
                .currentAbout3Pane;
            const hdr = [...pane.gFolder.messages]
                .find(each => each.mime2DecodedSubject == subject);
            const index = pane.gDBView.findIndexOfMsgHdr(hdr, true);
            const win = aboutMessage();
            const row = () => win.document.getElementById("nssmime-verdict");
            await sleep(150);
            const start = performance.now();
            pane.threadTree.selectedIndex = index;
            for (;;) {
                const ready = win.gMessage == hdr && win.msgLoaded &&
                    win.getMessagePaneBrowser().contentDocument?.body
                        ?.textContent.includes("abcdefgh");
                if (ready && (!smime || (row() && !row().hidden &&
                    row().className == "ok"))) break;
                if (performance.now() - start > 20000)
                    throw new Error(`${subject} does not open`);
                await sleep(1);
            }
            return performance.now() - start;
        """, subject, smime)


if __name__ == "__main__":
    unittest.main()
