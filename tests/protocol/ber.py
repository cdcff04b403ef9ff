# SPDX-License-Identifier: MPL-2.0
"""Just enough of BER to build structures that nobody should send."""

SEQUENCE, SET, OCTETS, CONTEXT0 = 0x30, 0x31, 0x04, 0xa0
VERSION0, VERSION1 = b"\x02\x01\x00", b"\x02\x01\x01"


def oid(text):
    first, second, *rest = map(int, text.split("."))
    data = bytes((40 * first + second,))
    for arc in rest:
        part = [arc & 127]
        while arc > 127:
            arc >>= 7
            part.append(arc & 127 | 128)
        data += bytes(reversed(part))
    return tlv(6, data)


def length(size):
    if size < 128:
        return bytes((size,))
    data = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((128 | len(data),)) + data


def tlv(tag, *contents):
    data = b"".join(contents)
    return bytes((tag,)) + length(len(data)) + data


def open_tlv(tag, *contents):
    """Of indefinite length."""
    return bytes((tag, 0x80)) + b"".join(contents) + b"\0\0"


ID_DATA = oid("1.2.840.113549.1.7.1")
ID_SIGNED = oid("1.2.840.113549.1.7.2")
ID_ENVELOPED = oid("1.2.840.113549.1.7.3")
ID_COMPRESSED = oid("1.2.840.113549.1.9.16.1.9")
ID_ZLIB = oid("1.2.840.113549.1.9.16.3.8")
SHA256 = tlv(SEQUENCE, oid("2.16.840.1.101.3.4.2.1"))
AES256_CBC = tlv(SEQUENCE, oid("2.16.840.1.101.3.4.1.42"), tlv(OCTETS,
                                                               bytes(16)))
RSA = tlv(SEQUENCE, oid("1.2.840.113549.1.1.1"), b"\5\0")


def content_info(kind, *contents):
    return tlv(SEQUENCE, kind, tlv(CONTEXT0, tlv(SEQUENCE, *contents)))


def signed_data(content=None, digests=b"", certificates=b"", signers=b""):
    """`content` None: detached."""
    inner = b"" if content is None else tlv(CONTEXT0, tlv(OCTETS, content))
    return content_info(ID_SIGNED, VERSION1, tlv(SET, digests),
                        tlv(SEQUENCE, ID_DATA, inner),
                        tlv(CONTEXT0, certificates) if certificates else b"",
                        tlv(SET, signers))


def signer_info(issuer=b"", signature=b"x" * 256):
    return tlv(SEQUENCE, VERSION1, tlv(SEQUENCE, tlv(SEQUENCE, issuer),
                                       b"\x02\x01\x05"),
               SHA256, RSA, tlv(OCTETS, signature))


def enveloped_data(recipients, ciphertext=bytes(16)):
    return content_info(ID_ENVELOPED, VERSION0, tlv(SET, recipients),
                        tlv(SEQUENCE, ID_DATA, AES256_CBC,
                            tlv(0x80, ciphertext)))


def key_transport(serial=5, key=bytes(256)):
    return tlv(SEQUENCE, VERSION0, tlv(SEQUENCE, tlv(SEQUENCE),
               tlv(2, serial.to_bytes(4, "big"))), RSA, tlv(OCTETS, key))


def compressed_data(zlib):
    return content_info(ID_COMPRESSED, VERSION0, tlv(SEQUENCE, ID_ZLIB),
                        tlv(SEQUENCE, ID_DATA, tlv(CONTEXT0,
                                                   tlv(OCTETS, zlib))))
