# SPDX-License-Identifier: MPL-2.0
"""Mails that are what they say: each must be valid, for its own sender, and
its text must come out as it was signed."""

import compose
from compose import TEXT, detached, message, multipart, pkcs7, rfc822, text

CLASS = "genuine"
CA = ("basicConstraints = critical,CA:true",
      "keyUsage = critical,keyCertSign,cRLSign", "subjectKeyIdentifier = hash")


class Genuine:
    attack = CLASS

    def __init__(self, what, mail, address, content, params=None):
        self.name = "%s: %s" % (CLASS, what)
        self.mail = mail
        self.address = address
        self.content = content
        self.params = params or {}

    def judge(self, result, content):
        """None, or what is wrong with the answer."""
        if result["summary"]["signature"] != "valid":
            return "not valid"
        addresses = [box["address"].lower()
                     for box in result["headers"]["from"]]
        if addresses != [self.address.lower()]:
            return "From is %s" % addresses
        if content != self.content:
            return "the content is not what was signed"
        return None

    def judge_error(self, error):
        return "error %s (%s)" % (error.kind, error.message)


# How Alice may write who she is.
ORIGINS = (
    ("bare", b"From: alice@example.org\r\n"),
    ("angle", b"From: <alice@example.org>\r\n"),
    ("name", b"From: Alice Example <alice@example.org>\r\n"),
    ("quoted name", b"From: \"Example, Alice\" <alice@example.org>\r\n"),
    ("upper case", b"FROM: ALICE@Example.ORG\r\n"),
    ("space before the colon", b"From : alice@example.org\r\n"),
    ("no space after the colon", b"From:alice@example.org\r\n"),
    ("folded", b"From: Alice\r\n <alice@example.org>\r\n"),
    ("folded at once", b"From:\r\n\talice@example.org\r\n"),
    ("comment", b"From: alice@example.org (Alice Example)\r\n"),
    ("nested comment", b"From: alice@example.org (Alice (at work))\r\n"),
    ("quoted local part", b"From: \"alice\"@example.org\r\n"),
    ("group", b"From: Sales: alice@example.org;\r\n"),
    ("obsolete list", b"From: ,alice@example.org,\r\n"),
    ("her address as the name",
     b"From: \"alice@example.org\" <alice@example.org>\r\n"),
    ("her address unquoted", b"From: alice@example.org <alice@example.org>"
     b"\r\n"),
    ("her address in a comment",
     b"From: alice@example.org (ALICE@EXAMPLE.ORG)\r\n"),
    ("encoded name", b"From: =?utf-8?q?=C3=84lice?= <alice@example.org>\r\n"),
    ("b encoded name", b"From: =?iso-8859-1?b?xGxpY2U=?= "
     b"<alice@example.org>\r\n"),
    ("raw UTF-8 name", "From: Älice Ünal <alice@example.org>\r\n".encode()),
    ("Greek name", "From: \"Αλίκη\" <alice@example.org>\r\n".encode()),
    ("Hebrew name with marks",
     "From: \"\u200fאליס\u200f\" <alice@example.org>\r\n".encode()),
    ("Arabic name, encoded", b"From: =?utf-8?b?2KPZhNmK2LM=?= "
     b"<alice@example.org>\r\n"),
    ("Chinese name", "From: \"愛麗絲\" <alice@example.org>\r\n".encode()),
    ("name with joiners", "From: \"نی\u200cما\" <alice@example.org>\r\n"
     .encode()),
    ("handle in the name", b"From: \"Alice (@alice)\" <alice@example.org>"
     b"\r\n"),
    ("at in the name", b"From: \"Alice @ Example\" <alice@example.org>\r\n"),
    ("Sender the same", b"From: alice@example.org\r\n"
     b"Sender: Alice <ALICE@example.org>\r\n"),
    ("other Reply-To", b"From: alice@example.org\r\n"
     b"Reply-To: list@example.net, bob@example.org\r\n"),
    ("other Return-Path", b"Return-Path: <bounce@example.net>\r\n"
     b"From: alice@example.org\r\n"),
    ("resent", b"Resent-From: bob@example.org\r\n"
     b"Resent-Sender: carol@example.org\r\nFrom: alice@example.org\r\n"),
    ("envelope line", b"From alice@example.org Thu Jan  1 00:00:00 1970\r\n"
     b"From: alice@example.org\r\n"),
    ("many fields before", b"Received: from a by b; x\r\n" * 100 +
     b"From: alice@example.org\r\n"),
)


def prepare(signing, host):
    """More people, who are not in pki.sh."""
    signing.issue("net-ca", "ca", CA + (
        "nameConstraints = critical,permitted;email:example.org",))
    signing.person("within", "email:within@example.org", issuer="net-ca")
    signing.person("plain", "email:plain@example.org",
                   more=("keyUsage = critical,nonRepudiation",
                         "extendedKeyUsage = clientAuth,emailProtection"))
    signing.person("subject", None,
                   subject="/O=Example/CN=x/emailAddress=subject@example.org")
    signing.person("idn", "email:idn@xn--bcher-kva.example")
    signing.has_edward = "ed25519" in host.request("database.status", {})[
        "algorithms"]["signature"]


def _people(signing):
    """(whose certificate, From)"""
    for name in ("alice", "bob", "carol", "dave", "erin", "anyeku",
                 "signonly", "within", "plain", "subject"):
        yield name, name + "@example.org"
    if signing.has_edward:
        yield "edward", "edward@example.org"
    for address in ("many@example.org", "MANY@EXAMPLE.ORG",
                    "many.two@example.org", "many3@xn--bcher-kva.example",
                    "many3@bücher.example", "jürgen@bücher.example",
                    "jürgen@xn--bcher-kva.example",
                    "bob-subject@example.org"):
        yield "many", address
    for address in ("idn@bücher.example", "idn@BÜCHER.example",
                    "idn@xn--BCHER-KVA.example"):
        yield "idn", address


def _shapes(signing):
    """(what, entity as sent, entity as signed): all by Alice."""
    good = text()
    der = signing.sign(good, "alice")
    yield "a text before the first part, which nobody is shown", detached(
        good, der, preamble=b"This is a signed message in MIME format.\r\n"
        b"\r\n"), good
    yield "a line after the last part", detached(
        good, der, epilogue=b"\r\n"), good
    for digest in ("sha384", "sha512"):
        yield digest, compose.carry(
            signing, "detached", good, "alice", digest=digest), good
    for options in (("-noattr",), ("-keyid",), ("-nosmimecap",)):
        yield "openssl cms " + options[0], compose.carry(
            signing, "detached", good, "alice", options=options), good
        yield "openssl cms %s, opaque" % options[0], compose.carry(
            signing, "opaque", good, "alice", options=options), good
    for what, body in (
            ("HTML", text(b"<p>Please pay.</p>\r\n", b"text/html")),
            ("alternative", multipart(b"alternative", good, text(
                b"<p>x</p>\r\n", b"text/html"))),
            ("an attachment", multipart(b"mixed", good, text(
                b"AAAA\r\n", b"application/pdf"))),
            ("an empty text", text(b"")),
            ("no header at all", b"\r\n" + TEXT),
            ("long lines", text(b"x" * 5000 + b"\r\n")),
            ("8-bit", text("Grüße\r\n".encode())),
            ("no line end", text(b"x")),
            ("lines that begin with From", text(b"From here\r\n>From\r\n")),
            ("dashes", text(b"--\r\n-- \r\n--x--\r\n")),
            ("a forwarded mail", multipart(b"mixed", good, rfc822(
                message(text(), b"From: carol@example.org\r\n")))),
            ("a forwarded signed mail", multipart(
                b"mixed", good, rfc822(message(compose.carry(
                    signing, "detached", good, "bob"),
                    b"From: bob@example.org\r\n"))))):
        for form in compose.FORMS:
            yield "%s, %s" % (what, form), compose.carry(
                signing, form, body, "alice"), body
    plain = detached(good, der)
    for what, old, new in (
            ("protocol in upper case", b"\"application/pkcs7-signature\"",
             b"\"APPLICATION/PKCS7-SIGNATURE\""),
            ("the older name", b"pkcs7-signature", b"x-pkcs7-signature"),
            ("another micalg", b"micalg=sha-256", b"micalg=sha-512"),
            ("no micalg", b"; micalg", b"; x"),
            ("Content-Type in upper case", b"Content-Type: multipart/signed",
             b"CONTENT-TYPE: MULTIPART/SIGNED"),
            ("a comment", b"multipart/signed", b"multipart/signed (x)")):
        yield what, plain.replace(b";\r\n micalg", b"; micalg").replace(
            old, new), good
    for what, entity in (
            ("detached", plain),
            ("opaque", compose.carry(signing, "opaque", good, "alice"))):
        coding = b"Content-Transfer-Encoding: base64\r\n"
        yield "base64 that no field tells of, " + what, entity.replace(
            coding, b""), good
    opaque = signing.sign(good, "alice", opaque=True)
    for coding in (b"binary", b"8bit"):
        yield "%s, opaque" % coding.decode(), (
            b"Content-Type: application/pkcs7-mime; smime-type=signed-data"
            b"\r\nContent-Transfer-Encoding: " + coding + b"\r\n\r\n" +
            opaque), good
    inner = compose.carry(signing, "detached", good, "alice")
    secret = compose.wrap(signing, "encrypted", inner)
    yield "triple wrap", compose.carry(signing, "opaque", secret, "alice"), \
        good
    yield "triple wrap by another outside", compose.carry(
        signing, "detached", secret, "bob"), good
    yield "signed twice", compose.carry(
        signing, "detached", inner, "alice"), good
    yield "encrypted twice", compose.wrap(signing, "encrypted", secret), good
    yield "AES-128-CBC", pkcs7(signing.encrypt(
        inner, "bob", cipher="aes-128-cbc"), b"enveloped-data"), good
    yield "AES-256-GCM", pkcs7(signing.encrypt(
        inner, "bob", cipher="aes-256-gcm"), b"authEnveloped-data"), good


def cells(signing):
    good = text()
    for form in compose.FORMS:
        entity = compose.carry(signing, form, good, "alice")
        for what, origin in ORIGINS:
            yield Genuine("%s, %s" % (what, form), message(entity, origin),
                          "alice@example.org", good)
        for name, address in _people(signing):
            yield Genuine("%s as %s, %s" % (name, address, form), message(
                compose.carry(signing, form, good, name, more=(
                    ("net-ca",) if name == "within" else ())),
                b"From: <" + address.encode() + b">\r\n"), address, good)
    for what, entity, content in _shapes(signing):
        yield Genuine(what, message(entity), "alice@example.org", content)
    mail = message(compose.carry(signing, "detached", good, "alice"))
    yield Genuine("no MIME-Version", mail.replace(
        b"MIME-Version: 1.0\r\n", b""), "alice@example.org", good)
    yield Genuine("line ends of Unix", mail.replace(b"\r\n", b"\n"),
                  "alice@example.org", good)
    yield Genuine("half an hour in the outbox", message(
        compose.carry(signing, "detached", good, "alice"),
        when=compose.date(1800)), "alice@example.org", good)
    pss = signing.sign(good, "pss", options=(
        "-keyopt", "rsa_padding_mode:pss"))
    yield Genuine("an RSA-PSS key", message(
        detached(good, pss), b"From: pss@example.org\r\n"),
        "pss@example.org", good)
