#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Every signature algorithm, both ways, with openssl."""

import sys

from peer import (CURVES, ENTITY, READ_DIGESTS, SEND_DIGESTS, SENT, PeerError,
                  Suite, layer_types, mail, multipart_parts, body_der, same,
                  true, valid)

FORMS = ("detached", "opaque")
# (name of the signer, sign.scheme, the wire's algorithm)
FAMILIES = (("alice", "pkcs1", "rsa-pkcs1"), ("alice", "pss", "rsa-pss"),
            ("bob", "pss", "rsa-pss"), ("pss", None, "rsa-pss"),
            ("carol", None, "ecdsa"), ("dave", None, "ecdsa"),
            ("erin", None, "ecdsa"))
PRINTED = {"rsa-pkcs1": ("rsaEncryption", "WithRSAEncryption"),
           "rsa-pss": ("rsassaPss",), "ecdsa": ("ecdsa-with-",)}


def ours(suite, name, scheme, algorithm, digest, form):
    """The host signs, openssl verifies, and the host reads it, too."""
    sign = {"digest": digest, "form": form}
    if scheme:
        sign["scheme"] = scheme
    result, signed = suite.protect(mail(name, "bob"), sign=sign)
    same(result["signedBy"], suite.pki.fingerprint(name), "signedBy")
    same(suite.openssl.verify(signed), SENT)
    der = multipart_parts(signed)[1] if form == "detached" else \
        body_der(signed)
    printed = suite.openssl.printed(der, "DER")
    true(any(word in printed for word in PRINTED[algorithm]),
         "no %s in it" % algorithm)
    read, content = suite.read(signed)
    valid(read)
    same(content, SENT)


def theirs(suite, name, scheme, algorithm, digest, form):
    """openssl signs, the host reads."""
    signed = suite.openssl.sign(name, ENTITY, digest, form,
                                algorithm == "rsa-pss", "-crlfeol")
    result, content = suite.read(signed)
    same(content, ENTITY)
    same(layer_types(result), ["signed"], "the layers")
    layer = result["layers"][0]
    same(layer["form"], "multipart-signed" if form == "detached" else
         "pkcs7-mime", "the form")
    signer = layer["signers"][0]
    same(signer["digest"], digest, "the digest")
    same(signer["algorithm"], algorithm, "the algorithm")
    if digest == "sha1":
        same(signer["reasons"], ["weak-digest"], "the reasons")
        same(result["summary"]["signature"], "invalid", "the summary")
    else:
        valid(result)


def bare_lf(suite, form):
    """As a mail lies in a file on Unix: every line ends with LF."""
    signed = suite.openssl.sign("alice", ENTITY, "sha256", form, False,
                                "-crlfeol").replace(b"\r\n", b"\n")
    result, content = suite.read(signed)
    same(content, ENTITY)
    valid(result)


def two_signers(suite):
    signed = suite.openssl.sign(
        "alice", ENTITY, "sha256", "opaque", False, "-signer",
        suite.openssl.path("carol.crt"), "-inkey",
        suite.openssl.path("carol.key"))
    result, content = suite.read(signed)
    same(content, ENTITY)
    signers = result["layers"][0]["signers"]
    same(sorted(s["algorithm"] for s in signers), ["ecdsa", "rsa-pkcs1"],
         "the algorithms")
    # Every signer must be the From for a valid one.
    true(result["summary"]["signature"] != "valid", "valid by two addresses")
    true("address-mismatch" in result["summary"]["reasons"], "no reason")


def by_key_id(suite):
    signed = suite.openssl.sign("carol", ENTITY, "sha256", "detached", False,
                                "-keyid", "-crlfeol")
    valid(suite.read(signed)[0])


def no_attributes(suite, name):
    signed = suite.openssl.sign(name, ENTITY, "sha256", "opaque", False,
                                "-noattr")
    result, content = suite.read(signed)
    same(content, ENTITY)
    valid(result)


def no_certificates(suite):
    """The signer's certificate is in the database alone."""
    signed = suite.openssl.sign("alice", ENTITY, "sha256", "opaque", False,
                                "-nocerts")
    valid(suite.read(signed)[0])


def main():
    suite = Suite("signatures")
    own = suite.own()
    for name, scheme, algorithm in FAMILIES:
        here = name + "@example.org" in own
        if not here:
            suite.leave_out("the host signs as " + name,
                            "the NSS in use cannot keep the key")
        for form in FORMS:
            for digest in READ_DIGESTS:
                what = "%s %s %s %s" % (name, algorithm, digest, form)
                if here and digest in SEND_DIGESTS:
                    with suite.check("host to openssl, " + what):
                        ours(suite, name, scheme, algorithm, digest, form)
                with suite.check("openssl to host, " + what):
                    theirs(suite, name, scheme, algorithm, digest, form)
    for form in FORMS:
        with suite.check("bare LF, " + form):
            bare_lf(suite, form)
    with suite.check("two signers"):
        two_signers(suite)
    with suite.check("signer by subject key identifier"):
        by_key_id(suite)
    for name in ("alice", *CURVES):
        with suite.check("no signed attributes, " + name):
            no_attributes(suite, name)
    with suite.check("no certificates inside"):
        no_certificates(suite)
    with suite.check("openssl does not verify what was changed"):
        _, signed = suite.protect(mail("alice", "bob"), sign={})
        try:
            suite.openssl.verify(signed.replace(b"Dear all", b"Dear oll"))
        except PeerError:
            pass
        else:
            true(False, "it does")
    return suite.end()


if __name__ == "__main__":
    sys.exit(main())
