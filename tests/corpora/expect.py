# SPDX-License-Identifier: MPL-2.0
"""What each row of the corpora's manifest means for nssmime-host.

The manifest's columns: corpus, cls, file, expected (in each corpus' own
words), source, openssl30 (what `openssl cms` of OpenSSL 3.0 made of it, layer
by layer, outermost first), plain_sha256 (of the bytes that the last good
layer of the openssl30 column gave out, as `openssl cms -verify` or `-decrypt`
writes them: decrypted or opaque content byte for byte, detached content with
CRLF line ends; the first half of it in a few rows), sha256 (of the file).

A row is an Expectation: a chain of layers, an error, or merely that the host
survives it. policy.md says why for every row that is not taken from the
manifest as it stands.
"""

import re

UNSCORED = "unscored"    # no crash, no hang
CHAIN = "chain"          # layers, outermost first: "good", "bad", "dec"
ERROR = "error"          # one of these kinds
REJECT = "reject"        # an error, or no good signature
PLAIN = "plain"          # no S/MIME around the whole, or malformed-message

NOT_CMS = ("not-smime", "malformed-message", "unsupported-algorithm")
UNSUPPORTED = ("unsupported-algorithm",)
NO_KEY = ("no-private-key",)

_TEST_MESSAGE = "b26b773cc335859057f335a0ae35feb7ca5ecfa1c789e4e873c6689a62c1f986"
_FRAN = "6e918dfc2bf8308870b4191b9400a1dd9bbb3f38893f4f83c30fa651b68937e9"


class Expectation:
    def __init__(self, kind, layers=(), kinds=(), plain="", or_error=(),
                 never_valid=False, reasons=()):
        self.kind = kind
        self.layers = tuple(layers)
        self.kinds = tuple(kinds)        # ERROR
        self.plain = plain               # sha256, or its beginning
        self.or_error = tuple(or_error)  # CHAIN: this error will do, too
        self.never_valid = never_valid   # summary.signature must not be valid
        self.reasons = tuple(reasons)    # one of the signers must show each

    def __str__(self):
        what = " > ".join(self.layers) or ", ".join(self.kinds)
        text = "%s %s" % (self.kind, what)
        if self.or_error:
            text += " or " + ", ".join(self.or_error)
        return text.strip()


def _chain(*layers, **more):
    return Expectation(CHAIN, layers, **more)


def _error(*kinds):
    return Expectation(ERROR, kinds=kinds)


# Rows by corpus and the end of the file's name: what the manifest's words do
# not say in a way that a program can follow. Each is explained in policy.md.
POLICY = (
    # Thunderbird's own tests of what its windows show.
    ("thunderbird-smime", "smime-interop/fran-oaep_ossl.env",
     _chain("dec", plain=_FRAN)),
    ("thunderbird-smime", "smime-interop/fran-oaep-sha256hash_ossl.env",
     _chain("dec", plain=_FRAN)),
    ("thunderbird-smime", "smime-interop/fran-ec_ossl-aes256-sha512.env",
     _chain("dec", plain=_FRAN)),
    ("thunderbird-smime",
     "browser/smime/data/alice.dsig.SHA256.multipart.env.eml",
     _chain("dec", "good", plain=_TEST_MESSAGE)),
    ("thunderbird-smime", "browser/smime/data/alice.env.eml",
     _chain("dec", plain=_TEST_MESSAGE)),
    ("thunderbird-smime", "browser/smime/data/alice.sig.SHA256.opaque.eml",
     _chain("good")),
    ("thunderbird-smime", "in.mixed.with.header.eml",
     Expectation(PLAIN, never_valid=True)),
    ("thunderbird-smime", "browser/smime/data/nested-sigs.eml",
     _chain("bad")),
    ("thunderbird-smime", "inner-smime-sig-in-pgp-encrypted.eml",
     Expectation(PLAIN, never_valid=True)),
    ("thunderbird-smime", "outer-smime-bad-sig-inner-pgp-enc-sig.eml",
     _chain("bad")),
    ("thunderbird-smime",
     "outer-smime-bad-sig-inner-pgp-enc-sig-with-mixed.eml", _chain("bad")),
    # What is inside a layer that OpenSSL's column stops at.
    ("thunderbird-smime", "smime/alice.env.dsig.SHA1.multipart.eml",
     _chain("bad", "dec", plain=_TEST_MESSAGE)),
    ("thunderbird-smime", "smime/alice.env.dsig.SHA384.multipart.eml",
     _chain("bad", "dec", plain=_TEST_MESSAGE)),
    ("thunderbird-smime", "smime/alice.env.dsig.SHA512.multipart.eml",
     _chain("bad", "dec", plain=_TEST_MESSAGE)),
    ("thunderbird-smime",
     "alice.env.dsig.SHA1.multipart.dave.sig.SHA1.opaque.eml",
     _chain("good", "bad", "dec", plain=_TEST_MESSAGE)),
    ("thunderbird-smime",
     "alice.env.dsig.SHA384.multipart.dave.sig.SHA384.opaque.eml",
     _chain("good", "bad", "dec", plain=_TEST_MESSAGE)),
    ("thunderbird-smime",
     "smime-manual/alice.dsig.SHA256.multipart.env.dsig.eml",
     _chain("bad", "dec", "good", plain=_TEST_MESSAGE)),
    ("thunderbird-smime",
     "smime-manual/outer-smime-bad-sig-inner-smime-enc-sig.eml",
     _chain("bad", "dec", "good")),
    ("thunderbird-smime",
     "smime-manual/outer-smime-bad-sig-inner-smime-enc.eml",
     _chain("bad", "dec")),
    # Algorithms that the NSS in use, or the contract, does not have.
    ("draft-ireland-cms", "authEnvelopedForDanaX25519HKDF.p7m",
     _chain("dec", or_error=UNSUPPORTED)),
    ("draft-ireland-cms", "encryptedKekri.p7m", _error(*UNSUPPORTED)),
    ("draft-ireland-cms", "signedByAliceAndCarlosNoCerts.p7m",
     Expectation(CHAIN, ("signed",), reasons=("unsupported-algorithm",))),
    ("draft-ireland-cms", "signedByCarlosDetached.p7m",
     Expectation(CHAIN, ("signed",), reasons=("unsupported-algorithm",))),
    ("gnupg-gpgsm", "pwri-sample.cbc.p7m", _error(*UNSUPPORTED)),
    ("gnupg-gpgsm", "pwri-sample.cbc-2.p7m", _error(*UNSUPPORTED)),
    ("gnupg-gpgsm", "pwri-sample.gcm.p7m", _error(*UNSUPPORTED)),
    ("wolfssl", "certs/test/kari-keyid-cms.msg",
     _chain("dec", or_error=UNSUPPORTED)),
    ("bc-mail", "ecdh/encSess1.asc", _chain("dec", or_error=UNSUPPORTED)),
    ("bc-mail", "ecdh/encSessB.asc", _chain("dec", or_error=UNSUPPORTED)),
    ("mbedtls", "pkcs7_data_cert_signed_ripemd160.der",
     Expectation(CHAIN, ("signed",), reasons=("unsupported-algorithm",))),
    # The private key is not in the corpora.
    ("gnupg-gpgsm", "plain-1.cms.asc", _error(*NO_KEY)),
    ("gnupg-gpgsm", "plain-2.cms.asc", _error(*NO_KEY)),
    ("gnupg-gpgsm", "plain-3.cms.asc", _error(*NO_KEY)),
    ("gnupg-gpgsm", "plain-large.cms.asc", _error(*NO_KEY)),
    ("openssl-3.5-tests", "ciphertext_from_1_1_1.cms",
     _error(*NO_KEY + UNSUPPORTED)),
    # No contentType attribute beside others: RFC 5652 section 11.1.
    ("gnupg-gpgsm", "text-1.dsig.pem", Expectation(REJECT)),
    ("gnupg-gpgsm", "text-1.osig.pem", Expectation(REJECT)),
    ("gnupg-gpgsm", "text-2.osig.pem", Expectation(REJECT)),
    ("gnupg-gpgsm", "text-1.osig-bad.pem", Expectation(REJECT)),
    ("gnupg-gpgsm", "text-2.osig-bad.pem", Expectation(REJECT)),
    # Made over bare LF: no mail can carry it (RFC 8551 section 3.1.1).
    ("gnutls", "cert-tests/data/detached.p7b", _chain("bad")),
    # A multipart/signed signature part without the multipart.
    ("bc-mail", "brokenEnv.message", Expectation(REJECT)),
    # The attack: signed by a stranger, with the victim's certificate inside.
    ("zammad-forged", "forged_extra_certificate.eml",
     _chain("good", never_valid=True)),
)

_WEAK = re.compile(r"SHA1\b|SHA1\.|_md5|_sha1\.|DSA", re.I)


def _by_column(column, plain, never_valid):
    """The openssl30 column as an expectation."""
    layers = []
    for step in column.split(" > "):
        if step.startswith("V:good"):
            layers.append("good")
        elif step.startswith("V:BAD"):
            layers.append("bad")
        elif step.startswith("D:ok"):
            layers.append("dec")
        elif step.startswith("D:FAIL"):
            return _error("no-private-key", *UNSUPPORTED) if not layers \
                else Expectation(UNSCORED)
        else:
            break  # mime:..., or content that is no CMS
    if layers:
        if "bad" in layers:
            # The hash is that of the layer outside of the bad one.
            plain = ""
        return _chain(*layers, plain=plain, never_valid=never_valid)
    if column.startswith("PARSE-FAIL"):
        return Expectation(REJECT)
    if column in ("mime:(none)", "undefined") or \
            column.startswith(("pkcs7-", "id-smime-ct-")):
        return _error(*NOT_CMS)
    if column.startswith("mime:"):
        return Expectation(PLAIN)
    return Expectation(UNSCORED)


def expect(row):
    """The Expectation of a row (a dict by the manifest's column names)."""
    for corpus, end, expectation in POLICY:
        if row["corpus"] == corpus and row["file"].endswith(end):
            if not expectation.plain and expectation.layers and \
                    "bad" not in expectation.layers:
                expectation.plain = row["plain_sha256"]
            return expectation
    if row["corpus"] in ("stalwart-mime", "mime-tools"):
        return Expectation(PLAIN)
    if row["cls"].startswith("fuzz") or \
            row["expected"].startswith("UNSCORED"):
        return Expectation(UNSCORED)
    if row["expected"].startswith(("REJECT", "signature BAD")):
        return Expectation(REJECT)
    weak = bool(_WEAK.search(row["file"]))
    return _by_column(row["openssl30"], row["plain_sha256"], weak)
