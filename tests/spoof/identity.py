# SPDX-License-Identifier: MPL-2.0
"""Bob has a good certificate, of his own, and signs. What the header says is
made so that the mail reads as Alice's."""

import base64
import re

import compose
from cell import Cell

MISMATCH = ("address-mismatch",)
NO_FROM = ("no-from",)
SEVERAL = ("several-from",)
MISLEADS = ("display-name-misleads",)
NOT_CLEAR = NO_FROM + SEVERAL + MISLEADS

# From is Alice, and only how it is written differs.
FROM_OTHER = (
    ("bare", b"alice@example.org", MISMATCH),
    ("angle", b"<alice@example.org>", MISMATCH),
    ("name", b"Alice <alice@example.org>", MISMATCH),
    ("upper case", b"ALICE@EXAMPLE.ORG", MISMATCH),
    ("quoted local part", b"\"alice\"@example.org", MISMATCH),
    ("escaped local part", b"\"\\a\\l\\i\\c\\e\"@example.org", MISMATCH),
    ("comments", b"alice(bob@example.org)@(x)example.org",
     MISMATCH + NOT_CLEAR),
    ("comment after", b"alice@example.org (bob@example.org)",
     MISMATCH + MISLEADS),
    ("signer in the name", b"\"bob@example.org\" <alice@example.org>",
     MISMATCH + MISLEADS),
    ("signer unquoted in the name", b"bob@example.org <alice@example.org>",
     MISMATCH + NOT_CLEAR),
    ("folded", b"Alice\r\n <alice@example.org>", MISMATCH),
    ("folded in the address", b"Alice <alice@\r\n example.org>", MISMATCH),
    ("group", b"Friends: alice@example.org;", MISMATCH),
    ("group named as the signer", b"bob: alice@example.org;", MISMATCH),
    ("encoded name", b"=?utf-8?q?Bob?= <alice@example.org>", MISMATCH),
    ("source route", b"<@example.com,@example.net:alice@example.org>",
     MISMATCH + NO_FROM),
    ("percent route", b"<bob%example.org@example.net>", MISMATCH),
    ("bang path", b"<example.org!bob@example.net>", MISMATCH),
    ("plus tag", b"bob+alice@example.org", MISMATCH),
    ("signer as subdomain", b"bob@example.org.example.com", MISMATCH),
    ("signer as user", b"\"bob@example.org\"@example.com",
     MISMATCH + MISLEADS),
    ("trailing dot", b"alice@example.org.", MISMATCH + NO_FROM),
    ("full-width domain",
     "alice@ｅｘａｍｐｌｅ.org".encode(), MISMATCH),
    ("ideographic stop", "alice@example。org".encode(), MISMATCH),
)

# From is Bob, whose display name is made to be read instead.
NAME_MISLEADS = (
    ("quoted", b"\"alice@example.org\" <bob@example.org>", MISLEADS),
    ("quoted with angles", b"\"<alice@example.org>\" <bob@example.org>",
     MISLEADS),
    ("quoted with name", b"\"Alice <alice@example.org>\" <bob@example.org>",
     MISLEADS),
    ("unquoted", b"alice@example.org <bob@example.org>", NOT_CLEAR),
    ("comment", b"bob@example.org (alice@example.org)", MISLEADS),
    ("comment before", b"(alice@example.org) bob@example.org", MISLEADS),
    ("comment in the address", b"bob(alice@example.org)@example.org",
     NOT_CLEAR),
    ("group name", b"\"alice@example.org\": bob@example.org;", NOT_CLEAR),
    ("q encoded", b"=?utf-8?q?alice=40example.org?= <bob@example.org>",
     MISLEADS),
    ("b encoded", b"=?utf-8?b?YWxpY2VAZXhhbXBsZS5vcmc=?= <bob@example.org>",
     MISLEADS),
    ("b encoded in quotes",
     b"\"=?utf-8?b?YWxpY2VAZXhhbXBsZS5vcmc=?=\" <bob@example.org>", MISLEADS),
    ("split encoded",
     b"=?utf-8?q?alice=40ex?= =?utf-8?q?ample.org?= <bob@example.org>",
     MISLEADS),
    ("split and folded",
     b"=?utf-8?q?alice=40ex?=\r\n =?utf-8?q?ample.org?= <bob@example.org>",
     MISLEADS),
    ("encoded twice charsets",
     b"=?iso-8859-1?q?alice=40?= =?utf-8?b?ZXhhbXBsZS5vcmc=?= "
     b"<bob@example.org>", MISLEADS),
    ("iso-8859-1", b"=?iso-8859-1?q?alice=40example.org?= <bob@example.org>",
     MISLEADS),
    ("utf-7", b"=?utf-7?q?alice+AEA-example.org?= <bob@example.org>",
     MISLEADS),
    ("utf-16", b"=?utf-16be?b?" + base64.b64encode(
        "alice@example.org".encode("utf-16-be")) + b"?= <bob@example.org>",
     MISLEADS),
    ("language tag", b"=?utf-8*en?q?alice=40example.org?= <bob@example.org>",
     MISLEADS),
    ("raw utf-8 name", "\"Älice alice@example.org\" <bob@example.org>"
     .encode(), MISLEADS),
    ("full-width at", "\"alice＠example.org\" <bob@example.org>".encode(),
     MISLEADS),
    ("small at", "\"alice﹫example.org\" <bob@example.org>".encode(),
     MISLEADS),
    ("full-width all",
     "\"ａｌｉｃｅ＠ｅｘａｍｐｌｅ．ｏｒｇ\" <bob@example.org>".encode(),
     MISLEADS),
    ("homograph", "\"аlice@example.org\" <bob@example.org>".encode(),
     MISLEADS),
    ("homograph domain", "\"alice@eхample.org\" <bob@example.org>".encode(),
     MISLEADS),
    ("one dot leader", "\"alice@example․org\" <bob@example.org>".encode(),
     MISLEADS),
    ("other scripts' stops",
     "\"alice@example٠org\" <bob@example.org>".encode(), MISLEADS),
    ("a Syriac stop", "\"alice@example܂org\" <bob@example.org>".encode(),
     MISLEADS),
    ("zero-width space",
     "\"alice@exa\u200bmple.org\" <bob@example.org>".encode(), MISLEADS),
    ("zero-width beside at",
     "\"alice\u200d@\u2060example.org\" <bob@example.org>".encode(),
     MISLEADS),
    ("soft hyphen", "\"alice@exam\u00adple.org\" <bob@example.org>".encode(),
     MISLEADS),
    ("spaces beside at", b"\"alice @ example.org\" <bob@example.org>",
     MISLEADS),
    ("no-break space", "\"alice\u00a0@\u00a0example.org\" <bob@example.org>"
     .encode(), MISLEADS),
    ("right-to-left override",
     "\"\u202egro.elpmaxe@ecila\u202c\" <bob@example.org>".encode(),
     MISLEADS),
    ("right-to-left marks",
     "\"\u202borg\u200f.\u200fexample\u200f@\u200falice\u202c\" "
     "<bob@example.org>".encode(), MISLEADS),
    ("isolate", "\"\u2067gro.elpmaxe＠ecila\u2069\" <bob@example.org>"
     .encode(), MISLEADS),
    ("encoded override", b"=?utf-8?q?=E2=80=AEgro.elpmaxe=40ecila?= "
     b"<bob@example.org>", MISLEADS),
    ("mailto", b"\"mailto:alice@example.org\" <bob@example.org>", MISLEADS),
    ("on behalf of", b"\"bob@example.org on behalf of alice@example.org\" "
     b"<bob@example.org>", MISLEADS),
    ("own and other", b"\"bob@example.org, alice@example.org\" "
     b"<bob@example.org>", MISLEADS),
    ("quoted local part in name",
     b"\"\\\"alice\\\"@example.org\" <bob@example.org>", MISLEADS),
    ("escaped at", b"\"alice\\@example.org\" <bob@example.org>", MISLEADS),
    ("tab in the name", b"\"alice@example.org\t\" <bob@example.org>",
     MISLEADS),
    ("padded", b"\"alice@example.org" + b" " * 200 + b"\" <bob@example.org>",
     MISLEADS),
)

# Whole header blocks: more than one who sends it, or nobody.
BLOCKS = (
    ("two From, Alice first",
     b"From: alice@example.org\r\nFrom: bob@example.org\r\n", SEVERAL),
    ("two From, Bob first",
     b"From: bob@example.org\r\nFrom: alice@example.org\r\n", SEVERAL),
    ("two From, space before the colon",
     b"From: bob@example.org\r\nFrom : alice@example.org\r\n", SEVERAL),
    ("two From, tab before the colon",
     b"From\t: alice@example.org\r\nFrom: bob@example.org\r\n", SEVERAL),
    ("two From, other case",
     b"FROM: alice@example.org\r\nfrom: bob@example.org\r\n", SEVERAL),
    ("two From, one is empty",
     b"From:\r\nFrom: bob@example.org\r\n", SEVERAL),
    ("two From, no space",
     b"From:alice@example.org\r\nFrom:bob@example.org\r\n", SEVERAL),
    ("two From, line feed alone",
     b"From: alice@example.org\nFrom: bob@example.org\r\n", SEVERAL),
    ("two From, carriage return alone",
     b"X-Note: x\rFrom: alice@example.org\r\nFrom: bob@example.org\r\n",
     SEVERAL),
    ("two From, far apart",
     b"From: bob@example.org\r\n" + b"X-Filler: x\r\n" * 200 +
     b"From: alice@example.org\r\n", SEVERAL),
    ("two From, folded name",
     b"From:\r\n alice@example.org\r\nFrom:\r\n bob@example.org\r\n",
     SEVERAL),
    ("two From, a line of white space between",
     b"From: bob@example.org\r\n \t\r\nFrom: alice@example.org\r\n", SEVERAL),
    ("two From, a line of a vertical tab between",
     b"From: bob@example.org\r\n\x0b\r\nFrom: alice@example.org\r\n",
     SEVERAL),
    ("two From, an empty line of one carriage return between",
     b"From: bob@example.org\r\n\rFrom: alice@example.org\r\n", SEVERAL),
    ("three From", b"From: alice@example.org\r\n" * 2 +
     b"From: bob@example.org\r\n", SEVERAL),
    ("two mailboxes", b"From: alice@example.org, bob@example.org\r\n",
     SEVERAL),
    ("two mailboxes, Bob first",
     b"From: Bob <bob@example.org>, Alice <alice@example.org>\r\n", SEVERAL),
    ("two mailboxes in a group",
     b"From: We: alice@example.org, bob@example.org;\r\n", SEVERAL),
    ("two groups", b"From: A: alice@example.org;, B: bob@example.org;\r\n",
     SEVERAL),
    ("two mailboxes, obsolete list",
     b"From: ,alice@example.org,,bob@example.org,\r\n", SEVERAL),
    ("semicolon", b"From: alice@example.org; bob@example.org\r\n", NOT_CLEAR),
    ("two angles", b"From: <alice@example.org> <bob@example.org>\r\n",
     NOT_CLEAR),
    ("nested angles", b"From: <alice@example.org <bob@example.org>>\r\n",
     NOT_CLEAR),
    ("unclosed angle", b"From: alice@example.org <bob@example.org\r\n",
     NOT_CLEAR),
    ("unclosed quote", b"From: \"alice@example.org <bob@example.org>\r\n",
     NOT_CLEAR),
    ("unclosed comment", b"From: alice@example.org (<bob@example.org>\r\n",
     NOT_CLEAR + MISMATCH),
    ("address in an encoded word",
     b"From: =?utf-8?q?alice=40example.org?=\r\n", NOT_CLEAR),
    ("angles in an encoded word",
     b"From: =?utf-8?q?=22Alice=22_=3Calice=40example.org=3E=2C?= "
     b"<bob@example.org>\r\n", NOT_CLEAR),
    ("local part in an encoded word",
     b"From: =?utf-8?q?alice?=@example.org\r\n", NOT_CLEAR + MISMATCH),
    ("domain in an encoded word",
     b"From: alice@=?utf-8?q?example.org?=\r\n", NOT_CLEAR + MISMATCH),
    ("structure in an encoded word",
     b"From: =?utf-8?q?alice@example.org,?= bob@example.org\r\n", NOT_CLEAR),
    ("encoded NUL", b"From: =?utf-8?q?alice=40example.org=00?= "
     b"<bob@example.org>\r\n", MISLEADS),
    ("encoded line feed", b"From: =?utf-8?q?Bob=0AFrom:_alice=40example.org?="
     b" <bob@example.org>\r\n", MISLEADS),
    ("control in the address", b"From: alice@example.org\x01\r\n",
     NOT_CLEAR + MISMATCH),
    ("escape in the name", b"From: \"\x1b[8mbob\x1b[0m alice@example.org\" "
     b"<bob@example.org>\r\n", NOT_CLEAR),
    ("bytes that are no UTF-8", b"From: alice\xff@example.org\r\n",
     NOT_CLEAR + MISMATCH),
    ("no From", b"Reply-To: alice@example.org\r\n", NO_FROM),
    ("no From but Sender", b"Sender: alice@example.org\r\n", NO_FROM),
    ("no From but Resent-From", b"Resent-From: bob@example.org\r\n", NO_FROM),
    ("empty From", b"From:\r\nReply-To: alice@example.org\r\n", NO_FROM),
    ("blank From", b"From: \t \r\nReply-To: alice@example.org\r\n", NO_FROM),
    ("only a name", b"From: Alice\r\n", NO_FROM),
    ("only a quoted name", b"From: \"alice@example.org\"\r\n", NO_FROM),
    ("only a comment", b"From: (alice@example.org)\r\n", NO_FROM),
    ("empty angles", b"From: Alice <>\r\n", NO_FROM),
    ("empty angles after an address", b"From: alice@example.org <>\r\n",
     NO_FROM),
    ("empty group", b"From: alice: ;\r\n", NO_FROM),
    ("no at", b"From: alice.example.org\r\n", NO_FROM),
    ("two ats", b"From: alice@example.org@example.net\r\n", NOT_CLEAR),
    ("no domain", b"From: alice@\r\n", NO_FROM),
    ("no local part", b"From: @example.org\r\n", NO_FROM),
    ("Sender is Alice",
     b"From: bob@example.org\r\nSender: alice@example.org\r\n", SEVERAL),
    ("Sender is Alice, with a name",
     b"Sender: Alice <alice@example.org>\r\nFrom: bob@example.org\r\n",
     SEVERAL),
    ("Sender's name is Alice", b"From: bob@example.org\r\n"
     b"Sender: \"alice@example.org\" <bob@example.org>\r\n", MISLEADS),
    ("Sender is not clear", b"From: bob@example.org\r\n"
     b"Sender: alice@example.org <bob@example.org>\r\n", SEVERAL),
    ("two in Sender", b"From: bob@example.org\r\n"
     b"Sender: bob@example.org, alice@example.org\r\n", SEVERAL),
    ("two Sender", b"From: bob@example.org\r\nSender: bob@example.org\r\n"
     b"Sender: alice@example.org\r\n", SEVERAL),
    ("two Sender, space before the colon", b"From: bob@example.org\r\n"
     b"Sender : alice@example.org\r\nSENDER: bob@example.org\r\n", SEVERAL),
    ("empty Sender", b"From: bob@example.org\r\nSender:\r\n", SEVERAL),
    ("Sender is the signer", b"From: alice@example.org\r\n"
     b"Sender: bob@example.org\r\n", MISMATCH),
    ("all but From are the signer", b"From: alice@example.org\r\n"
     b"Sender: bob@example.org\r\nReply-To: bob@example.org\r\n"
     b"Return-Path: <bob@example.org>\r\n", MISMATCH),
    ("From after a stray line", b"this is no field\r\n"
     b"From: alice@example.org\r\n", MISMATCH),
    ("From after an envelope line", b"From bob@example.org Thu Jan  1 "
     b"00:00:00 1970\r\nFrom: alice@example.org\r\n", MISMATCH),
)


def _protected(signing, groups):
    """The same fields within, as protected ones; outside all is honest."""
    for attack, table, pattern in groups:
        for mutation, value, reasons in table:
            fields = pattern % value
            # Content that does not begin as a header has none.
            if "stray" in mutation or "envelope" in mutation:
                continue
            payload = fields + compose.text(
                kind=b"text/plain; charset=utf-8; hp=\"clear\"")
            entity = compose.carry(signing, "detached", payload, "bob")
            # Where nobody is named within, the one outside counts.
            yield Cell(attack, mutation + ", protected", compose.message(
                entity, b"From: Bob <bob@example.org>\r\n"), reasons,
                own=re.search(rb"(?im)^from[ \t]*:", fields) is None)


def _context(signing):
    """The client says whom a part of a mail is from."""
    entity = compose.carry(signing, "detached", compose.text(), "bob")
    opaque = signing.sign(compose.text(), "bob", opaque=True)
    claims = [(what, value, reasons) for what, value, reasons in
              FROM_OTHER + NAME_MISLEADS if b"\r" not in value]
    claims.append(("two", b"bob@example.org, alice@example.org", SEVERAL))
    claims.append(("nothing", b"", NO_FROM))
    for kind, content in (("entity", entity), ("cms", opaque)):
        for what, value, reasons in claims:
            yield Cell("context", "%s, %s" % (what, kind), content, reasons,
                       params={"content": {"kind": kind}, "context": {
                           "from": value.decode()}})
        yield Cell("context", "none, " + kind, content, NO_FROM,
                   params={"content": {"kind": kind}})
    fields = b"From: bob@example.org\r\n"
    yield Cell("context", "the entity's own From", fields + entity, NO_FROM,
               params={"content": {"kind": "entity"}})


def cells(signing):
    groups = (("From is another", FROM_OTHER, b"From: %b\r\n"),
              ("the name misleads", NAME_MISLEADS, b"From: %b\r\n"),
              ("who sends it", BLOCKS, b"%b"))
    for form in compose.FORMS:
        entity = compose.carry(signing, form, compose.text(), "bob")
        for attack, table, pattern in groups:
            for mutation, value, reasons in table:
                yield Cell(attack, "%s, %s" % (mutation, form),
                           compose.message(entity, pattern % value), reasons)
    yield from _protected(signing, groups)
    yield from _context(signing)
    entity = compose.carry(signing, "detached", compose.text(), "bob")
    for mutation, value in (
            ("NUL after the address", b"From: alice@example.org\0\r\n"),
            ("NUL between two", b"From: alice@example.org\0, "
             b"bob@example.org\r\n"),
            ("NUL in a field before", b"X: \0\r\nFrom: alice@example.org\r\n")
    ):
        yield Cell("who sends it", mutation,
                   compose.message(entity, value), error="malformed-message")
