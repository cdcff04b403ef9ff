# SPDX-License-Identifier: MPL-2.0
"""A time-stamping authority: openssl ts behind a place of a server."""

import base64

from authority import run

CONFIG = """
[tsa]
default_tsa = t
[t]
serial = %(folder)s/%(name)s.tsserial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.2
digests = sha256, sha512
accuracy = secs:1, millisecs:500
ess_cert_id_chain = no
ess_cert_id_alg = %(ess)s
"""
STAMPS = ("basicConstraints = critical,CA:false",
          "keyUsage = critical,digitalSignature",
          "extendedKeyUsage = critical,timeStamping")


class Stamper:
    """By a certificate of an authority's; openssl itself looks at its
    usage, so it is told of another one where that is to be wrong."""

    def __init__(self, folder, cert, chain=(), ess="sha256"):
        self.folder, self.cert = folder, cert
        name = "ts-" + cert.path.rsplit("/", 1)[1]
        folder.file(name + ".tsserial", b"01\n")
        self.config = folder.file(name + ".cnf", (CONFIG % {
            "folder": folder.path, "name": name, "ess": ess}).encode())
        self.chain = folder.file(name + ".chain")
        with open(self.chain, "wb") as file:
            for more in chain:
                with open(more.path, "rb") as one:
                    file.write(one.read())
        self.has_chain = bool(chain)

    def reply(self, query, signer=None):
        signer = signer or self.cert
        path = self.folder.file("query.tsq", query)
        out = self.folder.file("reply.tsr", b"")
        run("openssl", "ts", "-reply", "-config", self.config, "-queryfile",
            path, "-signer", signer.path, "-inkey", signer.key,
            *(["-chain", self.chain] if self.has_chain else []), "-out", out)
        with open(out, "rb") as file:
            return file.read()

    def query(self, data, *options):
        """openssl's own request over some bytes."""
        return run("openssl", "ts", "-query", "-data",
                   self.folder.file("data", data), "-sha256", "-cert",
                   *options)

    def verified(self, token, digest, roots):
        """openssl finds the token good for this digest."""
        path = self.folder.file("token", base64.b64decode(token))
        return run("openssl", "ts", "-verify", "-digest", digest, "-in", path,
                   "-token_in", "-CAfile", roots.path)


def stamps(stamper, change=lambda reply: reply, query=lambda q: q, **more):
    """What a place does."""
    def act(handler, body):
        handler.answer(change(stamper.reply(query(body), **more)))
    return act
