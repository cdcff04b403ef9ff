#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""The shapes that CMS comes in beside the algorithms: BER, identifiers, user
keying material, compression, a derived content key, certificates alone."""

import base64
import os
import re
import subprocess
import sys
import zlib

from peer import (CIPHERS, CURVES, ENTITY, PeerError, Suite, body_der,
                  element, layer_types, mail, multipart_parts, oid,
                  pkcs7_mime, same, true, valid)

DATA = oid("1.2.840.113549.1.7.1")
ENVELOPED = oid("1.2.840.113549.1.7.3")
COMPRESSED = oid("1.2.840.113549.1.9.16.1.9")
ZLIB = oid("1.2.840.113549.1.9.16.3.8")
HKDF = oid("1.2.840.113549.1.9.16.3.31")
RSA = element(0x30, oid("1.2.840.113549.1.1.1"), element(5))
AES_CBC = {"aes-128-cbc": "2.16.840.1.101.3.4.1.2",
           "aes-256-cbc": "2.16.840.1.101.3.4.1.42"}
SALT = b"The Cryptographic Message Syntax"  # RFC 9709 section 2
ATTACHED = b"Content-Disposition: attachment; filename=smime.p7m\r\n"


def integer(number):
    return element(2, bytes((number,)))


def elements(data):
    """The elements in `data`, BER of either length: [(tag, contents)]"""
    found = []
    at = 0
    while at < len(data) and data[at:at + 2] != b"\0\0":
        tag, contents, at = one(data, at)
        found.append((tag, contents))
    return found


def one(data, at):
    """The element at `at`: its tag, its contents, and where it ends."""
    tag, size = data[at], data[at + 1]
    at += 2
    if size == 0x80:
        start = at
        while data[at:at + 2] != b"\0\0":
            at = one(data, at)[2]
        return tag, data[start:at], at + 2
    if size & 0x80:
        count = size & 0x7f
        size = int.from_bytes(data[at:at + count], "big")
        at += count
    return tag, data[at:at + size], at + size


def indefinite(der):
    return b"\x30\x80" in der[:40] or der[:2] == b"\x30\x80"


def certificate_der(suite, name):
    return suite.openssl.file(name + ".der", suite.pki.der(name))


def written(suite, cipher, how, names):
    """What the library writes for `names`."""
    return subprocess.run(
        [os.environ["NSSMIME_INTEROP_ENCRYPT"], cipher, *how,
         *(certificate_der(suite, name) for name in names)],
        input=ENTITY, stdout=subprocess.PIPE, check=True).stdout


def read_by_host(suite, der, layers, smime_type=b"enveloped-data"):
    result, content = suite.read(pkcs7_mime("alice", der, smime_type))
    same(content, ENTITY)
    same(layer_types(result), layers, "the layers")
    return result


def encrypted_type(cipher):
    return "auth-enveloped" if "gcm" in cipher else "enveloped"


# ---- BER ------------------------------------------------------------------

def streamed(suite):
    """openssl writes indefinite lengths where it streams."""
    openssl = suite.openssl
    for name in ("alice", *CURVES):
        with suite.check("openssl -stream, opaque signature of " + name):
            signed = openssl.sign(name, ENTITY, "sha256", "opaque", False,
                                  "-stream", "-binary")
            true(indefinite(body_der(signed)), "it is DER")
            result, content = suite.read(signed)
            same(content, ENTITY)
            valid(result)
    for name in ("bob", *CURVES):
        for cipher in CIPHERS:
            with suite.check("openssl -stream, %s for %s" % (cipher, name)):
                encrypted = openssl.encrypt([name], ENTITY, cipher,
                                            more=["-stream"])
                true(indefinite(body_der(encrypted)), "it is DER")
                result, content = suite.read(encrypted)
                same(content, ENTITY)
                same(layer_types(result), [encrypted_type(cipher)],
                     "the layers")
    with suite.check("openssl -stream, signed, then encrypted"):
        signed = openssl.sign("alice", ENTITY, "sha256", "opaque", False,
                              "-stream", "-binary")
        entity = re.sub(rb"\A.*?(?=MIME-Version)", b"", signed,
                        flags=re.DOTALL)
        result, content = suite.read(openssl.encrypt(
            ["bob", "carol"], entity, "aes-256-cbc", more=["-stream"]))
        same(content, ENTITY)
        valid(result, "full")
        same(layer_types(result), ["enveloped", "signed"], "the layers")


# ---- identifiers ----------------------------------------------------------

def signers_by_key_id(suite):
    for name in ("alice", *CURVES):
        for form in ("detached", "opaque"):
            with suite.check("signer by key identifier, %s %s" % (name, form)):
                signed = suite.openssl.sign(name, ENTITY, "sha256", form,
                                            False, "-keyid", "-crlfeol")
                der = multipart_parts(signed)[1] if form == "detached" else \
                    body_der(signed)
                true("d.subjectKeyIdentifier" in
                     suite.openssl.printed(der, "DER"), "not by key id")
                result, content = suite.read(signed)
                same(content, ENTITY)
                valid(result)


def recipients(suite):
    """Both identifiers, with and without user keying material."""
    for name, ways in (("bob", ([], ["oaep"])),
                       *((name, ([], ["ukm"], ["ukm", "kdf=sha512"]))
                         for name in CURVES)):
        for cipher in CIPHERS:
            for way in ways:
                for how in (way, way + ["key-id"]):
                    what = "%s %s %s" % (name, cipher, " ".join(how))
                    with suite.check("the library's, " + what):
                        der = written(suite, cipher, how, [name])
                        printed = suite.openssl.printed(der, "DER")
                        true(("ubjectKeyIdentifier" in printed) ==
                             ("key-id" in how), "the identifier")
                        true("ukm: <ABSENT>" not in printed
                             if "ukm" in how else True, "no ukm")
                        same(suite.openssl.decrypt(name, der, "DER"), ENTITY)
                        read_by_host(suite, der, [encrypted_type(cipher)])
        for cipher in ("aes-256-cbc", "aes-256-gcm"):
            with suite.check("openssl's, %s %s by key id" % (name, cipher)):
                encrypted = suite.openssl.encrypt([name], ENTITY, cipher,
                                                  more=["-keyid"])
                true("ubjectKeyIdentifier" in suite.openssl.printed(
                    body_der(encrypted), "DER"), "not by key id")
                read_by_host(suite, body_der(encrypted),
                             [encrypted_type(cipher)])
    with suite.check("the library's, everybody by key id"):
        names = ["bob", *CURVES]
        der = written(suite, "aes-128-gcm", ["ukm", "key-id"], names)
        for name in names:
            same(suite.openssl.decrypt(name, der, "DER"), ENTITY)
        result = read_by_host(suite, der, ["auth-enveloped"])
        same(result["layers"][0]["recipients"], len(names), "the recipients")


# ---- RFC 9709 -------------------------------------------------------------

def derive(suite, key, info):
    return bytes.fromhex(suite.openssl.run(
        "kdf", "-keylen", str(len(key)), "-kdfopt", "digest:SHA256",
        "-kdfopt", "hexkey:" + key.hex(), "-kdfopt", "hexsalt:" + SALT.hex(),
        "-kdfopt", "hexinfo:" + info.hex(),
        "HKDF").decode().strip().replace(":", ""))


def cbc(suite, cipher, key, iv, data, way):
    path = suite.openssl.file("cbc", data)
    return suite.openssl.run("enc", way, "-" + cipher, "-K", key.hex(), "-iv",
                             iv.hex(), "-in", path)


def theirs_derived(suite, cipher):
    """A message by openssl's primitives, which the host reads."""
    iv = os.urandom(16)
    key = os.urandom(int(cipher[4:7]) // 8)
    inner = element(0x30, oid(AES_CBC[cipher]), element(4, iv))
    wrapped = suite.openssl.run(
        "pkeyutl", "-encrypt", "-certin", "-inkey",
        suite.openssl.path("bob.crt"), "-in", suite.openssl.file("key", key))
    key_id = suite.openssl.run(
        "x509", "-in", suite.openssl.path("bob.crt"), "-noout", "-ext",
        "subjectKeyIdentifier").decode().split("\n")[1]
    recipient = element(0x30, integer(2), element(
        0x80, bytes.fromhex(key_id.strip().replace(":", ""))), RSA,
        element(4, wrapped))
    sealed = cbc(suite, cipher, derive(suite, key, inner), iv, ENTITY, "-e")
    return element(0x30, ENVELOPED, element(0xa0, element(
        0x30, integer(2), element(0x31, recipient), element(
            0x30, DATA, element(0x30, HKDF, inner), element(0x80, sealed)))))


def undo_derived(suite, der, cipher):
    """What openssl's primitives make of the library's message."""
    content_info = elements(elements(der)[0][1])
    enveloped = elements(elements(content_info[1][1])[0][1])
    recipient = elements(elements(enveloped[1][1])[0][1])
    content = elements(enveloped[2][1])
    algorithm = elements(content[1][1])
    true(element(*([6] + [algorithm[0][1]])) == HKDF, "not derived")
    inner = element(0x30, algorithm[1][1])
    iv = elements(algorithm[1][1])[1][1]
    key = suite.openssl.run(
        "pkeyutl", "-decrypt", "-inkey", suite.openssl.path("bob.key"),
        "-in", suite.openssl.file("wrapped", recipient[3][1]))
    tag, sealed = content[2]
    if tag == 0xa0:
        sealed = b"".join(piece for _, piece in elements(sealed))
    return cbc(suite, cipher, derive(suite, key, inner), iv, sealed, "-d")


def derived(suite):
    for cipher in AES_CBC:
        with suite.check("RFC 9709, the library's, " + cipher):
            der = written(suite, cipher, ["hkdf"], ["bob"])
            same(undo_derived(suite, der, cipher), ENTITY)
        with suite.check("RFC 9709, by openssl's primitives, " + cipher):
            der = theirs_derived(suite, cipher)
            result = read_by_host(suite, der, ["enveloped"])
            same(result["layers"][0]["contentEncryption"], cipher,
                 "the content encryption")
    for cipher in CIPHERS:
        with suite.check("RFC 9709, the library to the host, " + cipher):
            names = ["bob", *CURVES]
            read_by_host(suite, written(suite, cipher, ["hkdf"], names),
                         [encrypted_type(cipher)])


# ---- CompressedData -------------------------------------------------------

def compress(entity, level=9, content=None):
    return element(0x30, COMPRESSED, element(0xa0, element(
        0x30, integer(0), element(0x30, ZLIB), element(
            0x30, DATA, element(0xa0, content or element(
                4, zlib.compress(entity, level)))))))


def entity_of(der, smime_type):
    return (b"Content-Type: application/pkcs7-mime; smime-type=" +
            smime_type + b"; name=smime.p7z\r\n"
            b"Content-Transfer-Encoding: base64\r\n" + ATTACHED + b"\r\n" +
            base64.encodebytes(der).replace(b"\n", b"\r\n"))


def compressed(suite):
    for level in (0, 1, 9):
        with suite.check("compressed, level %d" % level):
            result = read_by_host(suite, compress(ENTITY, level),
                                  ["compressed"], b"compressed-data")
            same(result["summary"], {"signature": "none", "encryption":
                                     "none", "reasons": []}, "the summary")
    with suite.check("compressed, in pieces of indefinite length"):
        data = zlib.compress(ENTITY)
        pieces = b"".join(element(4, data[i:i + 7])
                          for i in range(0, len(data), 7))
        read_by_host(suite, compress(ENTITY, content=b"\x24\x80" + pieces +
                                     b"\0\0"), ["compressed"],
                     b"compressed-data")
    with suite.check("compressed, then signed, then encrypted"):
        entity = entity_of(compress(ENTITY), b"compressed-data")
        signed = suite.openssl.sign("alice", entity, "sha256", "detached",
                                    False, "-crlfeol")
        inner = re.sub(rb"\A.*?(?=MIME-Version)", b"", signed,
                       flags=re.DOTALL)
        result, content = suite.read(suite.openssl.encrypt(
            ["carol"], inner, "aes-256-gcm"))
        same(content, ENTITY)
        valid(result, "full")
        same(layer_types(result), ["auth-enveloped", "signed", "compressed"],
             "the layers")
    with suite.check("signed, then compressed"):
        signed = suite.openssl.sign("alice", ENTITY, "sha256", "detached",
                                    False, "-crlfeol")
        inner = re.sub(rb"\A.*?(?=MIME-Version)", b"", signed,
                       flags=re.DOTALL)
        result, content = suite.read(pkcs7_mime(
            "alice", compress(inner), b"compressed-data", ATTACHED))
        same(content, ENTITY)
        valid(result)
    with suite.check("compressed, cut short"):
        data = zlib.compress(ENTITY)[:-6]
        try:
            suite.read(pkcs7_mime("alice", compress(
                ENTITY, content=element(4, data)), b"compressed-data"))
        except Exception as error:  # of the host
            same(getattr(error, "kind", None), "malformed-message", "it")
        else:
            true(False, "it is read")


# ---- certificates alone ---------------------------------------------------

def certificates(suite):
    names = ("bob", "stranger", "intermediate")
    args = []
    for name in names:
        args += ["-certfile", suite.openssl.path(name + ".crt")]
    with suite.check("openssl to host, certificates alone"):
        der = suite.openssl.run("crl2pkcs7", "-nocrl", "-outform", "DER",
                                *args)
        result, _ = suite.read(pkcs7_mime("alice", der, b"certs-only"))
        layer, = result["layers"]
        true(layer.get("certificatesOnly"), "not certificates only")
        same(layer["signers"], [], "the signers")
        true(result["summary"]["signature"] != "valid", "valid by nobody")
        # Of these the database lacks one alone.
        same([c["fingerprint"] for c in result["certificates"]],
             [suite.pki.fingerprint("stranger")], "the certificates")
        same(base64.b64decode(result["certificates"][0]["data"]),
             suite.pki.der("stranger"), "the certificate")
    with suite.check("host to openssl, certificates alone"):
        result = suite.host.request("certificate.export", {
            "fingerprint": suite.pki.fingerprint("alice"), "form": "pkcs7"})
        told = suite.openssl.run(
            "pkcs7", "-inform", "DER", "-print_certs", "-noout", "-in",
            suite.openssl.file("p7c", base64.b64decode(result["data"])))
        for name in (b"CN = alice", b"CN = Example Intermediate"):
            true(name in told, "%r is not in it" % name)


def three_signers(suite):
    """All are told, whatever identifies them and whatever they sign with."""
    more = []
    for name in ("carol", "erin"):
        more += ["-signer", suite.openssl.path(name + ".crt"), "-inkey",
                 suite.openssl.path(name + ".key")]
    for form in ("detached", "opaque"):
        for keyid in ([], ["-keyid"]):
            with suite.check("three signers, %s %s" % (form, keyid)):
                signed = suite.openssl.sign("alice", ENTITY, "sha512", form,
                                            False, "-crlfeol", *more, *keyid)
                result, content = suite.read(signed)
                same(content, ENTITY)
                signers = result["layers"][0]["signers"]
                same(sorted(s["certificate"]["fingerprint"] for s in signers),
                     sorted(suite.pki.fingerprint(name) for name in (
                         "alice", "carol", "erin")), "the signers")
                same(sorted(s["reasons"] for s in signers),
                     [[], ["address-mismatch"], ["address-mismatch"]],
                     "the reasons")


def refused(suite):
    """What neither side may read."""
    with suite.check("openssl does not decrypt what was changed, GCM"):
        der = bytearray(written(suite, "aes-256-gcm", [], ["bob"]))
        der[-40] ^= 1
        for read in (lambda: suite.openssl.decrypt("bob", bytes(der), "DER"),
                     lambda: read_by_host(suite, bytes(der),
                                          ["auth-enveloped"])):
            try:
                read()
            except PeerError:
                continue
            except Exception as error:  # of the host
                same(getattr(error, "kind", None), "integrity-failure", "it")
                continue
            true(False, "it is read")
    with suite.check("the host does not read RC2"):
        try:
            suite.read(mail("alice", "bob", suite.openssl.run(
                "smime", "-encrypt", "-rc2-40", "-provider", "legacy",
                "-provider", "default", "-in",
                suite.openssl.file("in", ENTITY),
                suite.openssl.path("bob.crt"))))
        except PeerError:
            raise
        except Exception as error:  # of the host
            same(getattr(error, "kind", None), "unsupported-algorithm", "it")
        else:
            true(False, "it does")


def main():
    suite = Suite("forms")
    streamed(suite)
    signers_by_key_id(suite)
    three_signers(suite)
    recipients(suite)
    derived(suite)
    compressed(suite)
    certificates(suite)
    refused(suite)
    return suite.end()


if __name__ == "__main__":
    sys.exit(main())
