# SPDX-License-Identifier: MPL-2.0
"""What a path check for e-mail must say of the certificates that zlint
judges by the rules for authorities.

zlint's words are about what an authority may issue; this is about what a mail
program must make of it. The expectation is made from the certificate as
openssl prints it: key usage, extended key usage, times and names. None of
these has an issuer in the corpora, so that no path can be made, and all of
them must be told so.
"""

import datetime
import re
import subprocess

AT = "2024-03-15T00:00:00Z"
# No path: the issuer is not there, or (issuer and subject are both empty) it
# reads as its own and nobody trusts it.
NO_PATH = {"issuer-unknown", "issuer-untrusted"}
# An NSS before 3.132 does not know Ed25519, and must say so.
UNKNOWN_KEY = {"unsupported-algorithm"}
_EMAIL_USAGES = ("E-mail Protection", "Any Extended Key Usage")
_MAILBOX = re.compile(r"othername: SmtpUTF8Mailbox::?([^,\n]+)")


def _printed(path, *what):
    return subprocess.run(
        ["openssl", "x509", "-in", path, "-noout", *what], check=False,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout.decode(
            errors="replace")


def _after(text, title):
    """The line that follows a title; None: no such extension."""
    found = re.search(re.escape(title) + r":[^\n]*\n\s*([^\n]*)", text)
    return found and found.group(1)


def _time(text, name):
    value = re.search(name + r"=(.*)", text).group(1)
    return datetime.datetime.strptime(value, "%b %d %H:%M:%S %Y GMT")


class Certificate:
    def __init__(self, path):
        text = _printed(path, "-dates", "-ext",
                        "keyUsage,extendedKeyUsage,subjectAltName", "-email")
        self.text = text
        usage = _after(text, "X509v3 Key Usage")
        self.key_usage = usage and set(usage.split(", "))
        usage = _after(text, "X509v3 Extended Key Usage")
        self.extended = usage and set(usage.split(", "))
        self.rsa = "rsaEncryption" in _printed(path, "-text")
        self.edwards = "ED25519" in _printed(path, "-text")
        self.addresses = (set(_printed(path, "-email").split("\n")) |
                          set(_MAILBOX.findall(text))) - {""}

    def reasons(self, purpose):
        """Beside that there is no path."""
        found = set()
        at = datetime.datetime.strptime(AT, "%Y-%m-%dT%H:%M:%SZ")
        if at > _time(self.text, "notAfter"):
            found.add("expired")
        if at < _time(self.text, "notBefore"):
            found.add("not-yet-valid")
        if self.extended is not None and \
                not self.extended & set(_EMAIL_USAGES):
            found.add("usage-not-permitted")
        if self.key_usage is not None and not self.key_usage & self._needed(
                purpose):
            found.add("usage-not-permitted")
        # Ed25519 only signs.
        if self.edwards and purpose == "encrypt":
            found.add("usage-not-permitted")
        return found

    def _needed(self, purpose):
        if purpose == "sign":
            return {"Digital Signature", "Non Repudiation"}
        return {"Key Encipherment"} if self.rsa else {"Key Agreement"}


def judge(name, path, check):
    """(what differs or None, the outcome's words)"""
    certificate = Certificate(path)
    words = []
    for purpose in ("sign", "encrypt"):
        got = check(purpose)
        reasons = set(got["reasons"])
        leaf = got["table"][got["chain"][0]]
        words.append("%s: %s; %s" % (purpose, ", ".join(sorted(reasons)),
                                     " ".join(leaf["addresses"])))
        if got["usable"]:
            return "usable without a path", "; ".join(words)
        if not reasons & NO_PATH:
            return "the missing path is not told", "; ".join(words)
        wanted = certificate.reasons(purpose)
        if certificate.edwards:
            reasons -= UNKNOWN_KEY
        if reasons - NO_PATH != wanted:
            return "to %s: %s expected" % (purpose, ", ".join(
                sorted(wanted)) or "no more reasons"), "; ".join(words)
        if set(leaf["addresses"]) != certificate.addresses:
            return "the addresses should be %s" % sorted(
                certificate.addresses), "; ".join(words)
    return None, "; ".join(words)
