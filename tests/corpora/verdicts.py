# SPDX-License-Identifier: MPL-2.0
"""The verdict that a row of the corpora must get, beside its layers.

For the rows that are about whom a mail may be attributed to, and those of
which the manifest says whether Thunderbird calls the signature good. policy.md
says why.
"""

import re


class Verdict:
    def __init__(self, signature, *reasons, encryption="none", embedded=()):
        self.signature = signature.split("|")
        self.reasons = set(reasons)    # each must be told
        self.encryption = encryption   # None: of no interest here
        self.embedded = list(embedded)

    def judge(self, got):
        """None, or what differs."""
        if got.error:
            return "an error"
        summary = got.result["summary"]
        if summary["signature"] not in self.signature:
            return "the signature should be " + " or ".join(self.signature)
        if self.encryption not in (None, summary["encryption"]):
            return "the encryption is " + summary["encryption"]
        missing = self.reasons - got.reasons() - set(summary["reasons"])
        if missing:
            return "not told: " + ", ".join(sorted(missing))
        embedded = [part["type"] for part in got.result["embedded"]]
        if embedded != self.embedded:
            return "embedded is " + (", ".join(embedded) or "empty")
        return None


_SIGNED = ("multipart/signed",)
_ENCRYPTED = ("application/pkcs7-mime",)
_TABLE = {
    "rub-johnny-fired": {
        "eContent_confusion.eml": Verdict("invalid", "malformed"),
        "multiple_signerInfos_append_johnny.eml":
            Verdict("invalid", "content-altered"),
        "no_signerInfos_detached.eml": Verdict("invalid", "no-signer"),
        "valid_email_from_manager.eml": Verdict("valid"),
        "m1-smime.eml":
            Verdict("partial", "not-covered", embedded=_SIGNED),
        "m3-smime.eml":
            Verdict("partial", "not-covered", embedded=_SIGNED),
        "i1-from-unequals-signer-smime.eml":
            Verdict("invalid", "address-mismatch"),
        "i2-from-is-empty-smime.eml": Verdict("unknown", "no-from"),
        "i2-from-is-nonexistent-smime.eml": Verdict("unknown", "no-from"),
        "i2-from-is-only-a-name-smime.eml": Verdict("unknown", "no-from"),
        "i2-from-is-signer-sender-a-smime.eml":
            Verdict("unknown", "no-from"),
        "i3-from-is-sender-sender-signer-smime.eml":
            Verdict("unknown", "several-from"),
        "i3-from-sender-others-signer-smime.eml":
            Verdict("invalid", "address-mismatch"),
        "i3-from-signer-others-sender-smime.eml":
            Verdict("unknown", "several-from"),
        "u1-generic.eml": Verdict("none"),
        "manager-smime.eml": Verdict("valid"),
    },
    "rub-covert-content": {
        "00-original-mail.eml": Verdict(
            "none", "unauthenticated-encryption", encryption="full"),
        "01-reply-mix-alt.eml":
            Verdict("none", encryption="partial", embedded=_ENCRYPTED),
        "01-reply-mix-css.eml":
            Verdict("none", encryption="partial", embedded=_ENCRYPTED),
        "02-reply-rel.eml":
            Verdict("none", encryption="partial", embedded=_ENCRYPTED),
        "01-css-style-inline.eml": Verdict("none"),
        "03-blinding-tests.eml": Verdict("none"),
        "02-conditional-rules-modified-gmail.eml": Verdict("none"),
        "03-blinding-test-color-modified.eml": Verdict("none"),
    },
    "bc-mail": {
        "validator.expired.eml": Verdict("invalid", "expired"),
        "validator.keyUsage.eml": Verdict("invalid", "usage-not-permitted"),
        "validator.longValidity.eml": Verdict("invalid", "weak-digest"),
        "validator.noEmail.eml": Verdict("invalid", "no-address"),
        "validator.validMail.eml": Verdict("invalid", "weak-digest"),
    },
    "zammad-forged": {
        "forged_extra_certificate.eml":
            Verdict("invalid", "address-mismatch"),
    },
    # Where we say otherwise than Thunderbird's windows.
    "thunderbird-smime": {
        # Two signers one around the other, of whom one is not the sender.
        "alice.plain.sig.SHA512.opaque.dave.sig.SHA512.opaque.eml":
            Verdict("invalid", "address-mismatch"),
        # Signatures around a ciphertext only.
        "alice.env.sig.SHA256.opaque.dave.sig.SHA256.opaque.eml":
            Verdict("partial", "not-covered", encryption="full"),
        "alice.env.sig.SHA384.opaque.dave.sig.SHA384.opaque.eml":
            Verdict("partial", "not-covered", encryption="full"),
        "alice.env.dsig.SHA1.multipart.dave.sig.SHA1.opaque.eml":
            Verdict("partial", "not-covered", encryption="full"),
        "alice.env.dsig.SHA384.multipart.dave.sig.SHA384.opaque.eml":
            Verdict("partial", "not-covered", encryption="full"),
        # An encrypted part among others is listed, and is not nothing.
        "alice.env.mixed.dsig.SHA256.multipart.eml":
            Verdict("invalid", "content-altered", encryption="partial",
                    embedded=_ENCRYPTED),
    },
}
_WORDS = re.compile(r"enc=(True|False) sig=(True|False) sig_good=(True|False)")


def of_row(row):
    """The Verdict for a row of the manifest, or None."""
    name = row["file"].rsplit("/", 1)[-1]
    verdict = _TABLE.get(row["corpus"], {}).get(name)
    if verdict is not None:
        return verdict
    words = _WORDS.match(row["expected"])
    if words is None:
        return None
    encrypted, signed, good = (word == "True" for word in words.groups())
    signature = "valid" if good else "none|partial|invalid|unknown"
    # A signature around a ciphertext is none of the text's: Thunderbird says
    # that nothing is signed.
    if not signed:
        signature = "none|partial"
    return Verdict(signature, encryption="full" if encrypted else "none")
