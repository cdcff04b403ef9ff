# SPDX-License-Identifier: MPL-2.0
"""What Alice did sign, put where it reads as if she had signed more, and what
others signed, put where it reads as hers."""

import compose
from cell import Cell
from compose import TEXT, detached, message, multipart, pkcs7, rfc822, text
from signing import base64_lines

NOT_COVERED = ("not-covered",)
ALTERED = ("content-altered",)
BROKEN = ("malformed", "no-signer", "content-altered")
BOB = b"From: Bob <bob@example.org>\r\n"
LIE = text(compose.LIE)
HTML = text(b"<p>Please pay ten times as much.</p>\r\n",
            b"text/html; charset=utf-8")


# ---- her signed part among others -------------------------------------------

def _wrapped(signed):
    """Mutations around a whole signed or encrypted entity."""
    yield "text before", multipart(b"mixed", LIE, signed)
    yield "text after", multipart(b"mixed", signed, LIE)
    yield "text on both sides", multipart(b"mixed", LIE, signed, LIE)
    yield "alone in mixed", multipart(b"mixed", signed)
    yield "footer of a list", multipart(
        b"mixed", signed, text(b"-- \r\nlist@example.net\r\n"))
    yield "related, first", multipart(b"related", signed, HTML)
    yield "related, last", multipart(b"related", HTML, signed)
    yield "related, hidden by its start", multipart(
        b"related; start=\"<x@y>\"", signed, text(
            compose.LIE, b"text/html", b"Content-ID: <x@y>\r\n"))
    yield "alternative, first", multipart(b"alternative", signed, HTML)
    yield "alternative, last", multipart(b"alternative", LIE, signed)
    yield "report", multipart(b"report; report-type=x", LIE, signed)
    yield "parallel", multipart(b"parallel", LIE, signed)
    yield "unknown multipart", multipart(b"x-unknown", LIE, signed)
    yield "deep inside", multipart(b"mixed", multipart(
        b"related", multipart(b"alternative", LIE, multipart(
            b"mixed", signed))))
    yield "twice", multipart(b"mixed", signed, signed)
    yield "in another signature's multipart", multipart(
        b"signed; protocol=\"application/pgp-signature\"", signed,
        text(b"no signature\r\n", b"application/pgp-signature"))
    yield "without a protocol around it", multipart(b"signed", signed, LIE)
    yield "forwarded", rfc822(message(signed))
    yield "forwarded beside text", multipart(
        b"mixed", LIE, rfc822(message(signed)))
    yield "in a digest", multipart(
        b"digest", b"\r\n" + message(LIE), b"\r\n" + message(signed))
    yield "forwarded twice", rfc822(message(rfc822(message(signed))))
    yield "as an attachment", multipart(b"mixed", LIE, signed.replace(
        b"\r\n\r\n", b"\r\nContent-Disposition: attachment\r\n\r\n", 1))


def _wrappings(signing):
    for form in ("detached", "opaque"):
        signed = compose.carry(signing, form, text(), "alice")
        for what, entity in _wrapped(signed):
            yield Cell("among other parts", "%s, %s" % (what, form),
                       message(entity), NOT_COVERED)
    secret = pkcs7(signing.encrypt(compose.carry(
        signing, "detached", text(), "alice"), "bob"), b"enveloped-data")
    for what, entity in _wrapped(secret):
        yield Cell("an encrypted part among others", what, message(entity),
                   none=True)


# ---- her multipart/signed with more in it -----------------------------------

def _content_confusion(signing):
    good = text()
    der = signing.sign(good, "alice")
    inside = signing.sign(good, "alice", opaque=True)
    part = compose.signature_part
    head = (b"signed; protocol=\"application/pkcs7-signature\"; "
            b"micalg=sha-256")
    yield "another text", detached(LIE, der), ALTERED
    yield "another text, hers inside the signature", detached(
        LIE, inside), ALTERED + BROKEN
    yield "a third part", detached(good, der, LIE), BROKEN
    yield "a third part, HTML", detached(good, der, HTML), BROKEN
    yield "a text before hers", multipart(head, LIE, good, part(der)), BROKEN
    yield "another before hers and the signature twice", multipart(
        head, LIE, part(der), good, part(der)), BROKEN
    yield "the signature first", multipart(head, part(der), good), BROKEN
    yield "the signature alone", multipart(head, part(der)), BROKEN
    yield "the text alone", multipart(head, LIE), BROKEN
    yield "no part", multipart(head), BROKEN
    yield "an empty signature", detached(LIE, b""), BROKEN
    yield "an encrypted signature", detached(
        LIE, signing.encrypt(good, "bob")), BROKEN
    yield "a signature that is text", multipart(
        head, LIE, text(b"signed by Alice\r\n")), BROKEN
    yield "her header changed", detached(
        text(kind=b"text/html; charset=utf-8"), der), ALTERED
    yield "her charset changed", detached(
        text(kind=b"text/plain; charset=utf-7"), der), ALTERED
    yield "her transfer coding changed", detached(text(
        fields=b"Content-Transfer-Encoding: quoted-printable\r\n"), der), \
        ALTERED
    yield "a line more", detached(good + b"\r\n", der), ALTERED
    yield "a space more", detached(good.replace(
        b"invoice.\r\n", b"invoice. \r\n"), der), ALTERED
    yield "her text cut", detached(text(TEXT[:10]), der), ALTERED
    yield "a part more inside of hers", detached(multipart(
        b"mixed", good, LIE), der), ALTERED
    yield "a field more inside of hers", detached(
        b"From: boss@example.org\r\n" + good, der), ALTERED
    yield "Bob's text, her opaque signature of hers", multipart(
        b"mixed", pkcs7(inside, b"signed-data"), LIE), NOT_COVERED


def _duplicates(signing):
    """Fields of which some readers take the first and some the last, who then
    see the lie in front of her part."""
    good = text()
    signed = detached(good, signing.sign(good, "alice"),
                      preamble=compose.LIE)
    opaque = compose.carry(signing, "opaque", good, "alice")
    kinds = (b"text/plain", b"text/html", b"multipart/mixed; boundary=evil",
             b"multipart/signed; boundary=evil;"
             b" protocol=\"application/pgp-signature\"")
    names = (b"Content-Type: ", b"content-type :", b"CONTENT-TYPE:\r\n ")
    for number, kind in enumerate(kinds):
        for name in names:
            field = name + kind + b"\r\n"
            what = "%s%d" % (name.decode().strip(), number)
            yield Cell("several Content-Type", what + " first", message(
                field + signed), none=True)
            yield Cell("several Content-Type", what + " last", message(
                signed.replace(b"\r\n\r\n", b"\r\n" + field + b"\r\n",
                               1)), ("malformed",))
            yield Cell("several Content-Type", what + " last, opaque",
                       message(opaque.replace(
                           b"\r\n\r\n", b"\r\n" + field + b"\r\n", 1)),
                       ("malformed",))
    coding = b"Content-Transfer-Encoding: "
    yield Cell("several codings", "base64 last", message(
        coding + b"7bit\r\n" + coding + b"base64\r\n" + signed),
        ("malformed",))
    yield Cell("several codings", "7bit last, opaque", message(
        opaque.replace(coding, coding + b"base64\r\n" + coding[:-1] +
                       b" 7bit\r\nX-Was: ", 1)), ("malformed",))
    for what, shift in (("a day", 86400), ("a year", -31536000)):
        yield Cell("several Date", what, message(
            signed, more=b"Date: " + compose.date(shift) + b"\r\n"),
            ("time-mismatch",))


# ---- what others signed -----------------------------------------------------

def _as_hers(signing):
    """Bob's signature, and the mail or a part of it says Alice."""
    hers = message(compose.carry(signing, "detached", text(), "alice"))
    header = b"From: alice@example.org\r\nSubject: Invoice\r\n"
    bodies = (
        ("a forwarded mail of hers", rfc822(hers)),
        ("a forwarded mail of hers beside text",
         multipart(b"mixed", text(), rfc822(hers))),
        ("her signed part beside text", multipart(
            b"mixed", LIE, compose.carry(
                signing, "detached", text(), "alice"))),
        ("an unsigned mail of hers", rfc822(message(LIE))),
        ("an unsigned mail of hers, forwarding set", rfc822(message(
            LIE)).replace(b"message/rfc822",
                          b"message/rfc822; forwarded=no")),
        ("her fields in the part", header + LIE),
        ("her fields in the part, with another case",
         header.replace(b"From", b"FROM ") + LIE),
        ("her fields in the text", text(header + b"\r\n" + compose.LIE)),
        ("her fields in HTML", text(b"<h1>From: alice@example.org</h1>\r\n",
                                    b"text/html")),
        ("her fields protected", header + text(
            compose.LIE, b"text/plain; hp=clear")),
        ("his fields protected", b"From: bob@example.org\r\n" + text(
            compose.LIE, b"text/plain; hp=clear")),
        ("her fields protected, a message", rfc822(message(LIE)).replace(
            b"message/rfc822", b"message/rfc822; hp=clear")),
        ("her fields protected, by the draft", header + text(
            compose.LIE, b"text/plain; protected-headers=v1")),
    )
    for form in compose.FORMS:
        for what, body in bodies:
            entity = compose.carry(signing, form, body, "bob")
            # As Alice's it is refused, as Bob's it may be good; so may it
            # where he says within, under his signature, that it is his.
            yield Cell("signed by Bob, From Alice", "%s, %s" % (what, form),
                       message(entity), ("address-mismatch",),
                       own=what.startswith("his"))
            yield Cell("signed by Bob, From Bob", "%s, %s" % (what, form),
                       message(entity, BOB), own=True)


def _layers(signing):
    """Layers of which not all are hers."""
    def opaque(entity, name):
        return compose.carry(signing, "opaque", entity, name)

    def multi(entity, name):
        return compose.carry(signing, "detached", entity, name)

    def secret(entity):
        return compose.wrap(signing, "encrypted", entity)

    mismatch = ("address-mismatch",)
    yield "Bob around Alice", multi(multi(text(), "alice"), "bob"), mismatch
    yield "Alice around Bob", multi(multi(text(), "bob"), "alice"), mismatch
    yield "Bob around Alice, opaque", opaque(
        opaque(text(), "alice"), "bob"), mismatch
    yield "Alice around Bob, mixed forms", opaque(
        multi(text(), "bob"), "alice"), mismatch
    yield "Alice, Bob, Alice", multi(opaque(multi(
        text(), "alice"), "bob"), "alice"), mismatch
    yield "Alice around a ciphertext", multi(secret(LIE), "alice"), \
        NOT_COVERED
    yield "Alice around a ciphertext, opaque", opaque(
        secret(LIE), "alice"), NOT_COVERED
    yield "Alice twice around a ciphertext", opaque(
        multi(secret(LIE), "alice"), "alice"), NOT_COVERED
    yield "Alice around what Bob signed and encrypted", multi(
        secret(multi(LIE, "bob")), "alice"), mismatch
    yield "a stranger around what nobody signed", multi(
        secret(LIE), "stranger"), NOT_COVERED
    yield "her part within a ciphertext", secret(multipart(
        b"mixed", multi(text(), "alice"), LIE)), NOT_COVERED
    yield "forwarded within a ciphertext", secret(rfc822(
        message(multi(text(), "alice")))), NOT_COVERED
    yield "nobody around her", pkcs7(signing.without_signers(
        ("alice",), multi(text(), "alice")), b"signed-data"), ("no-signer",)


# ---- time, relabelling, parts ------------------------------------------------

def _others(signing):
    entity = compose.carry(signing, "detached", text(), "alice")
    for what, shift in (("two hours old", 7200), ("a day old", 86400),
                        ("a year old", 31536000), ("from before", -86400)):
        yield Cell("an old mail sent again", what, message(
            entity, when=compose.date(shift)), ("time-mismatch",))
    for part, parts in (
            ("1", (entity, LIE)), ("2", (LIE, entity)),
            ("2", (LIE, rfc822(message(entity)))),
            ("1.2", (multipart(b"mixed", LIE, entity),)),
            ("1", (compose.wrap(signing, "encrypted", entity),))):
        yield Cell("a part read alone", "%s of %d" % (part, len(parts)),
                   message(multipart(b"mixed", *parts)), NOT_COVERED,
                   params={"part": part})
    der = signing.sign(text(), "bob", opaque=True)
    for what, kind in (
            ("x-pkcs7-mime", b"application/x-pkcs7-mime"),
            ("upper case", b"APPLICATION/PKCS7-MIME"),
            ("says enveloped", b"application/pkcs7-mime; "
             b"smime-type=enveloped-data"),
            ("says certs-only", b"application/pkcs7-mime; "
             b"smime-type=certs-only"),
            ("octet-stream", b"application/octet-stream; name=smime.p7m"),
            ("a comment", b"application/(x)pkcs7-mime (y)")):
        yield Cell("relabelled", what, message(
            b"Content-Type: " + kind + b"\r\n"
            b"Content-Transfer-Encoding: base64\r\n\r\n" +
            base64_lines(der)), ("address-mismatch",))
    for what, looks in (
            ("text that looks signed", text(
                b"-----BEGIN PKCS7-----\r\n" + base64_lines(der) +
                b"-----END PKCS7-----\r\n")),
            ("HTML that looks signed", text(
                b"<img src=valid.png> Signed by alice@example.org\r\n",
                b"text/html")),
            ("fields that say so", b"X-Signature: valid\r\n"
             b"Authentication-Results: x; smime=pass\r\n" + LIE),
            ("certificates alone", pkcs7(signing.without_signers(
                ("alice",)), b"certs-only"))):
        yield Cell("nothing signed", what, message(looks), none=True)


def cells(signing):
    yield from _wrappings(signing)
    for form in ("detached", "encrypted"):
        for what, entity, reasons in _content_confusion(signing):
            yield Cell("content confusion", "%s, %s" % (what, form), message(
                compose.wrap(signing, form, entity)), reasons)
    yield from _duplicates(signing)
    yield from _as_hers(signing)
    for what, entity, reasons in _layers(signing):
        yield Cell("layers", what, message(entity), reasons)
    yield from _others(signing)
