# SPDX-License-Identifier: MPL-2.0
"""One attempt to pass for Alice, and how it must end."""

VICTIM = "alice@example.org"


class Cell:
    """`reasons`: one of them must be told in the summary. `error`: it must not
    be read at all, with this answer. `own`: the mail is honestly its sender's, who may get
    his mark, but never in the victim's name. `none`: it is told as not signed
    at all."""

    def __init__(self, attack, mutation, mail, reasons=(), own=False,
                 none=False, error=None, params=None):
        self.attack = attack
        self.mutation = mutation
        self.mail = mail
        self.reasons = set(reasons)
        self.own = own
        self.none = none
        self.error = error
        self.params = params or {}

    @property
    def name(self):
        return "%s: %s" % (self.attack, self.mutation)

    def judge(self, result, _content):
        """None, or what is wrong with the answer."""
        if self.error is not None:
            return "it was read"
        summary = result["summary"]
        claimed = [box["address"].lower() for box in result["headers"]["from"]]
        if self.own:
            if summary["signature"] == "valid" and VICTIM in claimed:
                return "valid in the victim's name"
            return None
        if summary["signature"] == "valid":
            return "valid"
        if self.none:
            return None if summary["signature"] == "none" else \
                "not told as unsigned"
        if summary["signature"] == "none":
            return "told as unsigned"
        if not self.reasons & set(summary["reasons"]):
            return "none of the reasons " + ", ".join(sorted(self.reasons))
        return None

    def judge_error(self, error):
        return None if error.kind == self.error else \
            "error %s (%s)" % (error.kind, error.message)
