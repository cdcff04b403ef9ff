# SPDX-License-Identifier: MPL-2.0
"""Mails as they are put together: entities, signed and encrypted ones in the
forms that S/MIME has, and header blocks around them."""

import datetime
import email.utils
import itertools

from signing import base64_lines

_boundaries = itertools.count(1)

TEXT = b"Please pay the invoice.\r\n"
LIE = b"Please pay ten times as much.\r\n"


def date(shift=0):
    now = datetime.datetime.now(datetime.timezone.utc)
    return email.utils.format_datetime(
        now + datetime.timedelta(seconds=shift)).encode()


def utc():
    """Now, as a UTCTime has it."""
    return datetime.datetime.now(datetime.timezone.utc).strftime(
        "%y%m%d%H%M%SZ").encode()


def text(body=TEXT, kind=b"text/plain; charset=utf-8", fields=b""):
    return b"Content-Type: " + kind + b"\r\n" + fields + b"\r\n" + body


def multipart(kind, *parts, preamble=b"", epilogue=b"", fields=b""):
    mark = b"spoof-%d" % next(_boundaries)
    head = b"Content-Type: multipart/" + kind + b"; boundary=" + mark
    body = b"".join(b"--" + mark + b"\r\n" + part + b"\r\n"
                    for part in parts)
    return (head + b"\r\n" + fields + b"\r\n" + preamble + body + b"--" +
            mark + b"--\r\n" + epilogue)


def signature_part(der):
    return (b"Content-Type: application/pkcs7-signature; name=smime.p7s\r\n"
            b"Content-Transfer-Encoding: base64\r\n"
            b"Content-Disposition: attachment; filename=smime.p7s\r\n\r\n" +
            base64_lines(der)).rstrip(b"\r\n")


def detached(entity, der, *more, **options):
    """multipart/signed; `more` are parts that do not belong there."""
    return multipart(b"signed; protocol=\"application/pkcs7-signature\";\r\n"
                     b" micalg=sha-256", entity, signature_part(der), *more,
                     **options)


def pkcs7(der, kind):
    return (b"Content-Type: application/pkcs7-mime; smime-type=" + kind +
            b"; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
            base64_lines(der))


def rfc822(message):
    return b"Content-Type: message/rfc822\r\n\r\n" + message


FORMS = ("detached", "opaque", "encrypted")


def carry(signing, form, entity, *names, **options):
    """`entity` signed by `names` in a form."""
    if form == "opaque":
        return pkcs7(signing.sign(entity, *names, opaque=True, **options),
                     b"signed-data")
    signed = detached(entity, signing.sign(entity, *names, **options))
    return wrap(signing, form, signed)


def wrap(signing, form, entity):
    """An entity as it is, or where the form says so encrypted to bob."""
    if form != "encrypted":
        return entity
    return pkcs7(signing.encrypt(entity, "bob"), b"enveloped-data")


def message(entity, origin=b"From: Alice <alice@example.org>\r\n", when=None,
            more=b""):
    """`origin`: the fields that say who sends it."""
    return (origin + b"To: <bob@example.org>\r\nSubject: Invoice\r\nDate: " +
            (when or date()) + b"\r\n" + more + b"MIME-Version: 1.0\r\n" +
            entity)
