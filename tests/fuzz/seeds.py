#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Makes the seeds of the fuzz targets: seeds.py FOLDER PKI

FOLDER/<target>/* are small inputs, made by openssl on the keys of pki.sh and
written out below.
"""

import base64
import email.utils
import hashlib
import json
import os
import re
import subprocess
import sys
import zlib

TEXT = (b"Content-Type: text/plain; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: 8bit\r\n\r\n"
        b"Dear B\xc3\xb6b,\r\n\r\nFrom here on.\r\n")
PLAIN = (b"Content-Type: text/plain\r\n\r\nDear Bob,\r\n\r\nregards\r\n")
MIXED = (b"Content-Type: multipart/mixed; boundary=\"=_b\"\r\n\r\npreamble\r\n"
         b"--=_b\r\n" + TEXT + b"\r\n--=_b\r\n"
         b"Content-Type: message/rfc822\r\n\r\nSubject: inside\r\n\r\nx\r\n"
         b"--=_b\r\nContent-Type: image/png; name*0*=utf-8''%e2%82;\r\n"
         b" name*1*=%ac.png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
         b"iVBORw0KGgo=\r\n--=_b--\r\nepilogue\r\n")
LEGACY = (b"Content-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\n"
          b"Content-Type: text/plain; hp-legacy-display=\"1\"\r\n"
          b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
          b"Subject: =3D\r\n\r\ntext\r\n--x\r\n"
          b"Content-Type: text/html; hp-legacy-display=1\r\n\r\n"
          b"<html><title>x</title><body>\r\n"
          b"<div class=\"header-protection-legacy-display\">\r\n"
          b"<pre>Subject: x</pre></div><!-- y --><div>z</div>\r\n--x--\r\n")
HEADERS = (b"From: =?utf-8?q?Alice_=C3=84?= <alice@example.org>\r\n"
           b"To: \"Bob, the\" (comment) <bob@example.org>,\r\n"
           b" team: carol@example.org, dave@example.org;\r\n"
           b"Subject: =?utf-8?B?w6TDtsO8?= =?iso-8859-1?q?=E4?=\r\n"
           b"Date: Thu, 26 Nov 2026 10:00:00 +0100\r\n"
           b"Message-ID: <seed@example.org>\r\nMIME-Version: 1.0\r\n")


class Seeds:
    def __init__(self, folder, pki):
        self.folder = folder
        self.pki = pki

    def put(self, target, *inputs):
        folder = os.path.join(self.folder, target)
        os.makedirs(folder, exist_ok=True)
        for data in inputs:
            name = "seed-%03d" % len(os.listdir(folder))
            with open(os.path.join(folder, name), "wb") as file:
                file.write(data)

    def key(self, name):
        return os.path.join(self.pki, name)

    def openssl(self, *args, data=b""):
        return subprocess.run(["openssl", *args], input=data, check=True,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE).stdout

    def sign(self, name, data, *more):
        return self.openssl("cms", "-sign", "-binary", "-signer",
                            self.key(name + ".crt"), "-inkey",
                            self.key(name + ".key"), *more, data=data)

    def encrypt(self, names, data, *more):
        recipients = []
        for name in names:
            recipients += ["-recip", self.key(name + ".crt")]
        return self.openssl("cms", "-encrypt", "-binary", *recipients, *more,
                            data=data)


def element(tag, *contents):
    data = b"".join(contents)
    size = bytes((len(data),)) if len(data) < 128 else \
        b"\x82" + len(data).to_bytes(2, "big")
    return bytes((tag,)) + size + data


def compressed():
    """RFC 3274, as openssl cannot write it everywhere."""
    return element(0x30, bytes.fromhex("060b2a864886f70d0109100109"), element(
        0xa0, element(0x30, b"\2\1\0", element(0x30, bytes.fromhex(
            "060b2a864886f70d0109100308")), element(0x30, bytes.fromhex(
                "06092a864886f70d010701"), element(0xa0, element(
                    4, zlib.compress(PLAIN)))))))


def objects(seeds):
    """CMS objects, DER and BER."""
    der = ("-outform", "DER")
    yield seeds.sign("alice", PLAIN, *der)
    yield seeds.sign("alice", PLAIN, "-nodetach", "-stream", *der)
    yield seeds.sign("carol", PLAIN, "-nodetach", "-keyid", *der)
    yield seeds.sign("alice", PLAIN, "-nodetach", "-keyopt",
                     "rsa_padding_mode:pss", *der)
    yield seeds.sign("erin", PLAIN, "-nodetach", "-noattr", *der)
    for cipher in ("-aes-256-cbc", "-des3", "-aes-128-gcm"):
        yield seeds.encrypt(["bob", "carol"], PLAIN, cipher, *der)
        yield seeds.encrypt(["carol"], PLAIN, cipher, "-stream", *der)
    yield seeds.encrypt(["bob"], PLAIN, "-aes-256-cbc", "-keyopt",
                        "rsa_padding_mode:oaep", "-keyopt",
                        "rsa_oaep_md:sha256", *der)
    yield seeds.encrypt(["bob"], seeds.sign("alice", PLAIN, "-crlfeol"),
                        "-aes-128-cbc", *der)
    yield compressed()
    yield seeds.openssl("crl2pkcs7", "-nocrl", "-certfile",
                        seeds.key("bob.crt"), *der)


def opaque(der, kind):
    return (b"Content-Type: application/pkcs7-mime; smime-type=" + kind +
            b"; name=\"smime.p7m\"\r\nContent-Transfer-Encoding: base64\r\n"
            b"\r\n" + base64.encodebytes(der).replace(b"\n", b"\r\n"))


def messages(seeds):
    yield HEADERS + PLAIN
    yield HEADERS + MIXED
    for entity in (PLAIN, MIXED):
        yield HEADERS.replace(b"MIME-Version: 1.0\r\n", b"") + seeds.sign(
            "alice", entity, "-crlfeol")
    for der in objects(seeds):
        yield HEADERS + opaque(der, b"enveloped-data")
    inner = opaque(seeds.sign("alice", PLAIN, "-nodetach", "-outform", "DER"),
                   b"signed-data")
    yield HEADERS + opaque(seeds.encrypt(
        ["bob"], inner, "-aes-256-cbc", "-outform", "DER"), b"enveloped-data")
    yield HEADERS + MIXED.replace(TEXT, inner)


def asn1(seeds):
    """The elements inside of a CMS object, for what reads one alone."""
    der = seeds.sign("alice", PLAIN, "-keyopt", "rsa_padding_mode:pss",
                     "-outform", "DER")
    told = seeds.openssl("asn1parse", "-inform", "DER", data=der).decode()
    for offset, head, size in re.findall(
            r"^ *(\d+):d= *\d+ +hl= *(\d+) +l= *(\d+) cons", told, re.M):
        end = int(offset) + int(head) + int(size)
        if int(size) < 400:
            yield der[int(offset):end]


def mime(seeds):
    seeds.put("header", HEADERS, HEADERS + b"\r\n", TEXT, HEADERS + MIXED,
              b"From alice Thu Nov 26\r\nX-Mozilla-Status: 0001\r\n\r\n",
              b"Content-Type: text/plain;\n charset=utf-8\nstray\nA:\xc3\xa4\n")
    seeds.put("parameter", b"multipart/signed; micalg=\"sha-256\"; "
              b"protocol=\"application/pkcs7-signature\"; boundary=\"a\\\"b\"",
              b"text/plain; name*0*=utf-8''%e2%82; name*1*=%ac; name*2=x",
              b"attachment (c (d)); filename=\"=?utf-8?q?=C3=A4?=\"", b";;=;a",
              b"text/plain; name*=iso-8859-1'de'%e4; name=a")
    seeds.put("address", b"\"Bob, the\" (c) <bob@example.org>, a@b",
              b"team: carol@example.org, <@x,@y:dave@example.org>;",
              b"=?utf-8?q?eve=40evil.example?= <x@example.org>",
              "jürgen@bücher.example".encode(), b"a.b . c @ [127.0.0.1]",
              b"\"q\\\"x\"@example.org, <>, (((", b"alice@xn--bcher-kva.example")
    seeds.put("date", b"Thu, 26 Nov 2026 10:00:00 +0100",
              b"26 Nov 26 10:00 EST", b"Thu , 1 Jan 1970 00:00:60 (c) GMT",
              b"2026-11-26T10:00:00.5+01:00", b"9999-12-31T23:59:59Z")
    seeds.put("encoded_word", b"=?utf-8?B?w6TDtsO8?= =?iso-8859-1*de?q?=E4_?=",
              b"utf-16\n\x00a\x00b", b"iso-2022-jp\n\x1b$B%F\x1b(B", b"plain",
              "größer".encode(), b"=?x?q?=ZZ?= =?utf-8?b?=?=", b"utf-7\n+AOQ-")
    seeds.put("multipart", b"=_b\n" + MIXED, b"b\n--b\r\nx\r\n--b--\r\n",
              b"b\nx\n--b \n--b--", b"b\n--bb\r\n--b\r\r\n--b--\n")
    seeds.put("coding", b"", b"SGVsbG8=", b"SGVsbG8gd29ybGQhISE=\r\nSGk=",
              b"a=20\r\n=C3=A4 \t\r\nlong=\r\n.\r\nFrom x", b"\r\r\n\n\r", TEXT)
    seeds.put("legacy", MIXED, LEGACY, LEGACY.split(b"\r\n\r\n", 4)[4])
    seeds.put("seven_bit", PLAIN, TEXT, MIXED, b"\r\nFrom x\r\n",
              b"Content-Type: text/plain\r\n\r\n" + b"x" * 1200,
              MIXED.replace(b"=_b", b"b").replace(b"mixed", b"digest"),
              b"Subject: \xc3\xa4\r\n\r\n\0\r\n")


def wire(seeds):
    seeds.put("frame", b'{"jsonrpc":"2.0","method":"stream.data","params":'
              b'{"stream":1,"data":"SGk="}}',
              b'{"jsonrpc":"2.0","id":1,"method":"message.read","params":'
              b'{"content":{"data":"SGk=","kind":"entity"},"at":'
              b'"2026-11-26T10:00:00Z","part":"1.2"}}',
              b'{"jsonrpc":"2.0","id":"x","method":"message.protect","params":'
              b'{"content":{"stream":1,"size":5},"output":{"stream":2,'
              b'"credit":7},"sign":{"form":"opaque"},"encrypt":{"recipients":'
              b'["a@b",{"address":"c@d","bcc":true}]},"copyStreams":'
              b'{"c@d":{"stream":3}}}}', b'[[[[1e5,null,true,"\\ud800"]]]]')
    seeds.put(
        "slice",
        b'{"__type":"X:#Exchange","a":[1,-2.5e3,true,null,{"b":"\\u00e4"}]}',
        b'"a\\ud83d\\ude00\\ud83dx\\ude00\\n\\"\\\\\\/\xe2\x82\xac\xf0\x9f\x98\x80"',
        b'"' + b"R2VoZWltbmlz" * 20 + b'\\u003d\\r\\n"', b" [[], {}] ",
        b'"\xff\xc3"', b'"a' + b"\x86" * 40 + b'"', b'{"x":"1","X":2,"x":3}', b"[1,]", b'"\\u12"')
    seeds.put("origin", b"https://Mail.Example.org:443",
              b"http://127.0.0.1:8080", b"https://xn--bcher-kva.example",
              "https://bücher.example".encode(), b"http://[::1]:1",
              "a\u202eb xn--bcher-kva.example \u0007".encode())


def memory(seeds):
    """By name: one message of each kind, of today."""
    headers = HEADERS.replace(b"MIME-Version: 1.0\r\n", b"").replace(
        b"Thu, 26 Nov 2026 10:00:00 +0100",
        email.utils.formatdate().encode())
    misleading = headers.replace(b"=?utf-8?q?Alice_=C3=84?=",
                                 b"\"boss@example.com\"")
    inner = opaque(seeds.sign("alice", PLAIN, "-nodetach", "-outform", "DER"),
                   b"signed-data")
    detached = seeds.sign("alice", PLAIN, "-crlfeol")
    enveloped = seeds.encrypt(["bob", "carol"], PLAIN, "-aes-256-cbc",
                              "-outform", "DER")
    wrapped = seeds.encrypt(["carol"], inner, "-aes-256-gcm", "-outform",
                            "DER")
    folder = os.path.join(seeds.folder, "memory")
    os.makedirs(folder)
    for name, data in (
            ("plain", headers + PLAIN),
            ("detached", headers + detached),
            ("misleading", misleading + detached),
            ("enveloped", headers + opaque(enveloped, b"enveloped-data")),
            ("wrapped", headers + opaque(wrapped, b"authEnveloped-data")),
            ("compressed", headers + opaque(compressed(),
                                            b"compressed-data"))):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(data)


def evidence(seeds):
    """Files of evidence, and tokens over "seed" that openssl cms signs."""
    info = bytes.fromhex(
        "02010106032a0304"
        "3031300d060960864801650304020105000420" +
        hashlib.sha256(b"seed").hexdigest() +
        "020107180f32303236313132363130303030305a")
    info = b"\x30" + bytes((len(info),)) + info
    token = seeds.sign("bob", info, "-nodetach", "-cades", "-econtent_type",
                       "1.2.840.113549.1.9.16.1.4", "-outform", "DER")
    inner = b"\x30\x03\x02\x01\x00" + token
    seeds.put("timestamp", token, b"\x30\x82" +
              len(inner).to_bytes(2, "big") + inner, info)
    exhibits = {"certificates": ["MAA=", "MAE="],
                "revocation": [{"kind": "crl", "data": "MAA="}],
                "statements": []}
    record = dict(
        exhibits, checked="2026-11-26T10:00:00Z",
        certificatesAt="2026-11-26T10:00:00Z", received=False,
        revocationPolicy="hard", signature="unknown",
        reasons=["revocation-unknown"], layers=[{
            "part": "1", "aroundEncryption": False, "reasons": [],
            "contentInside": True, "contentLooksSigned": False,
            "contentType": "KoZIhvcNAQcB", "digestAlgorithms": ["sha256"],
            "digests": {"sha256": base64.b64encode(bytes(32)).decode()},
            "signers": [{"signerInfo": "MAA=", "chain": [0, 1],
                         "status": "unknown", "revocation": "unknown",
                         "reasons": ["revocation-unknown"]}]}])
    record["from"] = "alice@example.org"
    for time in ({"source": "own-clock", "problem": "none"},
                 dict(exhibits, source="authority", token="MAA=",
                      chain=[1])):
        seeds.put("evidence", json.dumps({
            "format": "nssmime-evidence", "version": 1, "record": record,
            "digest": {"algorithm": "sha256", "canonical": "RFC 8785",
                       "value": "00"}, "time": time}).encode())


def main():
    folder, pki = sys.argv[1:]
    seeds = Seeds(folder, pki)
    for der in objects(seeds):
        seeds.put("cms", der)
        seeds.put("ber", *(bytes((plan,)) + der for plan in (0, 11, 22, 7)))
        seeds.put("pem", der, b"-----BEGIN CMS-----\n" +
                  base64.encodebytes(der) + b"-----END CMS-----\n")
        seeds.put("message", der)
    seeds.put("algorithm", *asn1(seeds))
    for mail in messages(seeds):
        seeds.put("message", mail)
    for number, data in enumerate((HEADERS + PLAIN, HEADERS + TEXT,
                                   HEADERS + MIXED, HEADERS + b"\r\n")):
        for manner in (1, 5, 2, 3, 15, 18, 27, 66):
            seeds.put("protect", bytes((manner + (32 if number == 3 else 0),))
                      + data)
    for name in ("alice.p12", "stranger.p12"):
        with open(seeds.key(name), "rb") as file:
            seeds.put("pkcs12", file.read())
    seeds.put("pkcs12", seeds.openssl(
        "pkcs12", "-export", "-inkey", seeds.key("bob.key"), "-in",
        seeds.key("bob.crt"), "-passout", "pass:x", "-keypbe",
        "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"))
    mime(seeds)
    wire(seeds)
    memory(seeds)
    evidence(seeds)


if __name__ == "__main__":
    main()
