#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Every way to encrypt, both ways, with openssl.

    test_encrypt.py [rsa|ecdh]
"""

import sys

from peer import (CIPHERS, CURVES, ENTITY, KDFS, SENT, PeerError, Suite,
                  address, body_der, headers, layer_types, mail, same, true)

OAEP = ("sha1", "sha256", "sha384", "sha512")


def ours(suite, name, cipher, **how):
    """The host encrypts, openssl decrypts, and the host reads it, too."""
    encrypt = {"recipients": [address(name)], "toSelf": False,
               "cipher": cipher, **how}
    result, encrypted = suite.protect(mail("alice", name), encrypt=encrypt)
    same(result["cipher"], cipher, "the cipher")
    content_type = headers(encrypted)["content-type"][0]
    true("smime-type=%s" % ("authEnveloped-data" if "gcm" in cipher else
                            "enveloped-data") in
         content_type.replace('"', ""), content_type)
    same(suite.openssl.decrypt(name, encrypted), SENT)
    check_read(suite, encrypted, name, cipher, SENT)
    return encrypted


def check_read(suite, encrypted, name, cipher, wanted=ENTITY):
    result, content = suite.read(encrypted)
    same(content, wanted)
    same(layer_types(result), ["auth-enveloped" if "gcm" in cipher else
                               "enveloped"], "the layers")
    layer = result["layers"][0]
    same(layer["contentEncryption"], cipher, "the content encryption")
    same(layer["decryptedWith"], suite.pki.fingerprint(name), "the recipient")
    same(result["summary"]["encryption"], "full", "the summary")
    same(result["summary"]["signature"], "none", "the signature's summary")
    return layer


def rsa(suite):
    for cipher in CIPHERS:
        what = "bob %s " % cipher
        with suite.check("host to openssl, " + what + "pkcs1"):
            encrypted = ours(suite, "bob", cipher, rsa="pkcs1")
            true("rsaEncryption" in suite.openssl.printed(
                body_der(encrypted), "DER"), "not by PKCS #1 v1.5")
        with suite.check("openssl to host, " + what + "pkcs1"):
            layer = check_read(suite, suite.openssl.encrypt(
                ["bob"], ENTITY, cipher), "bob", cipher)
            same(layer["keyManagement"], "rsa-pkcs1", "the key management")
        for digest in OAEP:
            with suite.check("host to openssl, " + what + "oaep " + digest):
                encrypted = ours(suite, "bob", cipher, rsa="oaep",
                                 oaepDigest=digest)
                true("rsaesOaep" in suite.openssl.printed(
                    body_der(encrypted), "DER"), "not by OAEP")
            with suite.check("openssl to host, " + what + "oaep " + digest):
                layer = check_read(suite, suite.openssl.encrypt(
                    ["bob"], ENTITY, cipher, "rsa_padding_mode:oaep",
                    "rsa_oaep_md:" + digest), "bob", cipher)
                same(layer["keyManagement"], "rsa-oaep", "the key management")
    with suite.check("openssl to host, OAEP with another MGF1 digest"):
        check_read(suite, suite.openssl.encrypt(
            ["bob"], ENTITY, "aes-256-cbc", "rsa_padding_mode:oaep",
            "rsa_oaep_md:sha256", "rsa_mgf1_md:sha1"), "bob", "aes-256-cbc")
    for cipher in ("des-ede3-cbc", "aes-192-cbc", "aes-192-gcm"):
        option = {"des-ede3-cbc": "des3"}.get(cipher, cipher)
        with suite.check("openssl to host, " + cipher):
            check_read(suite, suite.openssl.encrypt(
                ["bob"], ENTITY, option), "bob", cipher)
    with suite.check("openssl to host, by subject key identifier"):
        check_read(suite, suite.openssl.encrypt(
            ["bob"], ENTITY, "aes-256-cbc", more=["-keyid"]), "bob",
            "aes-256-cbc")
    with suite.check("the host does not write 3DES"):
        try:
            suite.protect(mail("alice", "bob"), encrypt={
                "cipher": "des-ede3-cbc"})
        except Exception as error:  # of the schema or the library
            true(getattr(error, "kind", None) in (
                "invalid-params", "unsupported-algorithm"), str(error))
        else:
            true(False, "it does")


def ecdh(suite):
    for name, curve in CURVES.items():
        for cipher in CIPHERS:
            for kdf in KDFS:
                what = "%s %s kdf %s" % (curve, cipher, kdf)
                with suite.check("host to openssl, " + what):
                    encrypted = ours(suite, name, cipher, kdf=kdf)
                    true("stdDH-%skdf" % kdf in suite.openssl.printed(
                        body_der(encrypted), "DER"), "not by that KDF")
                with suite.check("openssl to host, " + what):
                    layer = check_read(suite, suite.openssl.encrypt(
                        [name], ENTITY, cipher, "ecdh_kdf_md:" + kdf), name,
                        cipher)
                    same(layer["keyManagement"], "ecdh", "the key management")
        with suite.check("openssl to host, %s kdf sha1" % curve):
            check_read(suite, suite.openssl.encrypt(
                [name], ENTITY, "aes-256-cbc"), name, "aes-256-cbc")
        with suite.check("openssl to host, %s cofactor" % curve):
            check_read(suite, suite.openssl.encrypt(
                [name], ENTITY, "aes-256-cbc", "ecdh_kdf_md:sha256",
                "ecdh_cofactor_mode:1"), name, "aes-256-cbc")


def together(suite):
    """One message for RSA and elliptic curves: each can read it."""
    names = ["bob", "carol", "dave", "erin"]
    for cipher in ("aes-256-cbc", "aes-256-gcm"):
        with suite.check("host to openssl, all together, " + cipher):
            result, encrypted = suite.protect(mail("alice", "bob"), encrypt={
                "recipients": [address(name) for name in names],
                "cipher": cipher, "toSelf": False})
            same(sorted(result["keyManagement"]), ["ecdh", "rsa-pkcs1"]
                 if "rsa-pkcs1" in result["keyManagement"] else
                 ["ecdh", "rsa-oaep"], "the key management")
            for name in names:
                same(suite.openssl.decrypt(name, encrypted), SENT)
            try:
                suite.openssl.decrypt("alice", encrypted)
            except PeerError:
                pass
            else:
                true(False, "alice can read it, too")
        with suite.check("openssl to host, all together, " + cipher):
            result, content = suite.read(suite.openssl.encrypt(
                names, ENTITY, cipher))
            same(content, ENTITY)
            same(result["layers"][0]["recipients"], 4, "the recipients")


def main():
    which = sys.argv[1] if len(sys.argv) > 1 else "all"
    suite = Suite("encryption, " + which)
    if which in ("rsa", "all"):
        rsa(suite)
        together(suite)
    if which in ("ecdh", "all"):
        ecdh(suite)
    return suite.end()


if __name__ == "__main__":
    sys.exit(main())
