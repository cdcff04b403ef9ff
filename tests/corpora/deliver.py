# SPDX-License-Identifier: MPL-2.0
"""How a file of the corpora is handed to the host."""

import base64
import hashlib
import os
import re

_PEM = re.compile(rb"-----BEGIN [^-\r\n]+-----(.*?)-----END ", re.S)
_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")

# Detached signatures whose content is known: by the manifest's plain_sha256
# the content itself, if it is short enough to be written here, ...
_CONTENTS = (b"Hello\r\n", b"This is some sample content.",
             b"Hello there. How are you?\n")
# ... or another row's file that has it inside, as (offset is found by hash).
_INSIDE = {
    ("bc-mail", "PSSSignDataSHA256.sig"): "PSSSignDataSHA1Enc.sig",
    ("bc-mail", "PSSSignDataSHA512.sig"): "PSSSignDataSHA1Enc.sig",
}
_DETACHED = {
    # Without a hash in the manifest.
    ("draft-ireland-cms", "signedByCarlosDetached.p7m"):
        b"This is some sample content.",
    ("mbedtls", "pkcs7_data_3_signed.der"): b"Hello\r\n",
    ("mbedtls", "pkcs7_data_multiple_signed.der"): b"Hello\r\n",
    ("mbedtls", "pkcs7_data_without_cert_signed.der"): b"Hello\r\n",
    ("mbedtls", "pkcs7_data_no_signers.der"): b"Hello\r\n",
    ("mbedtls", "pkcs7_data_with_signature.der"): b"Hello\r\n",
    ("mbedtls", "pkcs7_zerolendata_detached.der"): b"",
}


def _der_detached(data):
    """Whether a SignedData's eContent is absent: RFC 5652 section 5.2."""
    marker = bytes.fromhex("06092a864886f70d010701")  # id-data
    at = data.find(marker)
    if at < 2 or bytes.fromhex("06092a864886f70d010702") not in data[:40]:
        return False
    after = data[at + len(marker):at + len(marker) + 2]
    # encapContentInfo is a SEQUENCE that ends here, or in an indefinite one.
    return data[at - 2:at] == b"\x30\x0b" or \
        (data[at - 2:at] == b"\x30\x80" and after == b"\0\0")


def _content(row, corpora):
    """The content of a detached signature, or None."""
    name = os.path.basename(row["file"])
    if (row["corpus"], name) in _DETACHED:
        return _DETACHED[row["corpus"], name]
    want = row["plain_sha256"]
    if not want:
        return None
    for content in _CONTENTS:
        if hashlib.sha256(content).hexdigest() == want:
            return content
    sibling = _INSIDE.get((row["corpus"], name))
    if sibling is None:
        return None
    path = os.path.join(corpora, row["corpus"], os.path.dirname(row["file"]),
                        sibling)
    with open(path, "rb") as file:
        data = file.read()
    for start in range(min(len(data), 200)):
        for end in range(start + 1, min(len(data), start + 200)):
            if hashlib.sha256(data[start:end]).hexdigest() == want:
                return data[start:end]
    return None


def _multipart(content, signature):
    """A multipart/signed around them (RFC 8551 section 3.5.3)."""
    body = base64.encodebytes(signature).replace(b"\n", b"\r\n")
    return (b"MIME-Version: 1.0\r\n"
            b"Content-Type: multipart/signed; boundary=\"corpora\"; "
            b"micalg=sha-256;\r\n protocol=\"application/pkcs7-signature\""
            b"\r\n\r\n--corpora\r\n" + content + b"\r\n--corpora\r\n"
            b"Content-Type: application/pkcs7-signature; name=smime.p7s\r\n"
            b"Content-Transfer-Encoding: base64\r\n\r\n" + body +
            b"--corpora--\r\n")


def deliver(row, data, corpora):
    """(kind, bytes) for message.read."""
    if row["corpus"] == "openssl-fuzz-cms":
        return "cms", data
    if row["corpus"] in ("stalwart-mime", "mime-tools"):
        return "message", data
    pem = None
    if not re.search(rb"(?im)^content-type[ \t]*:", data[:8192]):
        pem = _PEM.search(data)
    if pem is not None:
        text = pem.group(1)
        # RFC 1421 headers, or "Comment:" lines, end with an empty line.
        text = re.split(rb"\r?\n[ \t]*\r?\n", text, maxsplit=1)[-1] \
            if b":" in text else text
        try:
            data = base64.b64decode(re.sub(rb"\s", b"", text))
        except ValueError:
            return "cms", data
    elif _FIELD.match(data):
        has_from = re.search(rb"(?im)^from[ \t]*:", data.split(b"\n\n")[0]
                             .split(b"\r\n\r\n")[0])
        return ("message" if has_from else "entity"), data
    elif data.startswith(b"From "):
        return "message", data
    if _der_detached(data):
        content = _content(row, corpora)
        if content is not None:
            return "entity", _multipart(content, data)
    return "cms", data
