# SPDX-License-Identifier: MPL-2.0
"""The mail says that it is from Alice; the one who signed it is somebody else,
with a certificate that is made to be taken for hers."""

import compose
from cell import Cell
from signing import read_tlv, run, tlv

MISMATCH = ("address-mismatch",)
NO_ADDRESS = ("no-address",)
NO_PATH = ("issuer-untrusted", "issuer-unknown")
USAGE = ("usage-not-permitted",)
CONSTRAINT = ("name-constraint",)
HERS = "email:alice@example.org"
CA = ("basicConstraints = critical,CA:true",
      "keyUsage = critical,keyCertSign,cRLSign", "subjectKeyIdentifier = hash")


def _constraint(*lines):
    return CA + tuple("nameConstraints = critical," + line for line in lines)


# Authorities: name, issuer, extensions.
AUTHORITIES = (
    ("only-net", "ca", _constraint("permitted;email:example.net")),
    ("only-below", "ca", _constraint("permitted;email:.example.org")),
    ("only-bob", "ca", _constraint("permitted;email:bob@example.org")),
    ("not-org", "ca", _constraint("excluded;email:example.org")),
    ("not-alice", "ca", _constraint("excluded;email:alice@example.org")),
    ("too-deep", "intermediate", CA),
    ("no-authority", "ca", ("basicConstraints = critical,CA:false",
                            "keyUsage = critical,keyCertSign")),
    ("no-constraints", "ca", ("keyUsage = critical,keyCertSign",)),
    ("no-cert-sign", "ca", ("basicConstraints = critical,CA:true",
                            "keyUsage = critical,digitalSignature,cRLSign")),
    ("for-servers", "ca", CA + ("extendedKeyUsage = serverAuth",)),
    ("under-other", "otherca", CA),
)
# Certificates with Alice's address: name, issuer, more extensions, options of
# issue(), who is put into the bag, what must be told.
FORGED = (
    ("another root", "otherca", (), {}, ("otherca",), NO_PATH),
    ("another root's authority", "under-other", (), {},
     ("under-other", "otherca"), NO_PATH),
    ("another root, not put in", "otherca", (), {}, (), NO_PATH),
    ("self-signed", None, (), {}, (), NO_PATH),
    ("self-signed with her names", None, (),
     {"subject": "/O=Example/CN=alice"}, (), NO_PATH),
    ("by authorities that issue each other", "loop", (), {},
     ("loop", "loop2"), NO_PATH),
    ("by a person", "bob", (), {}, ("bob",), USAGE + NO_PATH),
    ("a root with the root's name", "ca-clone", (), {}, ("ca-clone",),
     NO_PATH + ("signature-mismatch",)),
    ("an authority with the authority's name", "intermediate-clone", (),
     {"subject": "/O=Example/CN=alice"}, ("intermediate-clone",),
     # ... whose key cannot have made such a signature.
     NO_PATH + ("signature-mismatch", "malformed")),
    ("her names and number", "intermediate-clone", (),
     {"subject": "/O=Example/CN=alice", "serial": "hers"},
     ("intermediate-clone",), NO_PATH + ("signature-mismatch",)),
    ("by an authority under one that may have none", "too-deep", (), {},
     ("too-deep",), USAGE),
    ("by one who says he is no authority", "no-authority", (), {},
     ("no-authority",), USAGE + NO_PATH),
    ("by one who does not say", "no-constraints", (), {},
     ("no-constraints",), USAGE + NO_PATH),
    ("by one who may not sign certificates", "no-cert-sign", (), {},
     ("no-cert-sign",), USAGE + NO_PATH),
    ("by an authority for servers", "for-servers", (), {},
     ("for-servers",), USAGE),
    ("by an authority for another domain", "only-net", (), {},
     ("only-net",), CONSTRAINT),
    ("by an authority for subdomains", "only-below", (), {},
     ("only-below",), CONSTRAINT),
    ("by an authority for one person", "only-bob", (), {}, ("only-bob",),
     CONSTRAINT),
    ("by an authority for others than the domain", "not-org", (), {},
     ("not-org",), CONSTRAINT),
    ("by an authority for others than her", "not-alice", (), {},
     ("not-alice",), CONSTRAINT),
    ("expired", "ca", (),
     {"dates": ("20200101000000Z", "20210101000000Z")}, (), ("expired",)),
    ("not yet valid", "ca", (),
     {"dates": ("20900101000000Z", "20910101000000Z")}, (),
     ("not-yet-valid",)),
    ("for servers", "ca", ("extendedKeyUsage = serverAuth",), {}, (), USAGE),
    ("for clients", "ca", ("extendedKeyUsage = clientAuth",), {}, (), USAGE),
    ("for code", "ca", ("extendedKeyUsage = codeSigning",), {}, (), USAGE),
    ("for time-stamps", "ca", ("extendedKeyUsage = critical,timeStamping",),
     {}, (), USAGE),
    ("to encrypt", "ca", ("keyUsage = critical,keyAgreement",), {}, (),
     USAGE),
    ("to sign certificates", "ca", ("keyUsage = critical,keyCertSign",), {},
     (), USAGE),
    ("a short key", "ca", (), {"key": (
        "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024")}, (),
     ("weak-key",)),
    ("an extension nobody knows", "ca",
     ("1.2.3.4.5.6 = critical,ASN1:UTF8String:alice",), {}, (),
     ("malformed",)),
)
RFC822 = b"rfc822Name"
UTF8_MAILBOX = bytes.fromhex("2b06010505070809")  # RFC 9598
JABBER = bytes.fromhex("2b06010505070805")        # RFC 6120
UPN = bytes.fromhex("2b060104018237140203")       # Microsoft's logon name
# Good certificates of addresses that look like hers: subjectAltName (None:
# there is none), subject, what must be told.
LOOK_ALIKES = (
    ("digit for letter", "email:alice@examp1e.org", None, MISMATCH),
    ("another domain", "email:alice@example.com", None, MISMATCH),
    ("hers in front", "email:alice@example.org.example.com", None, MISMATCH),
    ("subdomain", "email:alice@mail.example.org", None, MISMATCH),
    ("parent domain", "email:alice@org", None, MISMATCH),
    ("longer local part", "email:alice.@example.org", None, MISMATCH),
    ("dots", "email:a.lice@example.org", None, MISMATCH),
    ("plus tag", "email:alice+x@example.org", None, MISMATCH),
    ("wildcard", "email:*@example.org", None, MISMATCH),
    ("the domain", "email:@example.org", None, MISMATCH + NO_ADDRESS),
    ("host name", "DNS:alice.example.org", None, NO_ADDRESS),
    ("host name with an at", "DNS:alice@example.org", None, NO_ADDRESS),
    ("URI", "URI:mailto:alice@example.org", None, NO_ADDRESS),
    ("user principal name", (UPN, "alice@example.org"), None, NO_ADDRESS),
    ("Jabber name", (JABBER, "alice@example.org"), None, NO_ADDRESS),
    ("common name", None, "/O=Example/CN=alice@example.org", NO_ADDRESS),
    ("common name beside another", "email:bob@example.org",
     "/O=Example/CN=alice@example.org", MISMATCH),
    ("organisation", None, "/O=alice@example.org/CN=x", NO_ADDRESS),
    ("homograph", (UTF8_MAILBOX, "аlice@example.org"), None, MISMATCH),
    ("homograph domain", (UTF8_MAILBOX, "alice@eхample.org"), None, MISMATCH),
    ("homograph domain, A-label", "email:alice@xn--eample-2of.org", None,
     MISMATCH),
    ("zero-width", (UTF8_MAILBOX, "al\u200bice@example.org"), None, MISMATCH),
    ("dotless i", (UTF8_MAILBOX, "alıce@example.org"), None, MISMATCH),
    ("angles", "email:<alice@example.org>", None, MISMATCH),
    ("with a name", "email:Alice <alice@example.org>", None, MISMATCH),
    ("two in one", "email:alice@example.org bob@example.org", None,
     MISMATCH),
    ("space after", (RFC822, "alice@example.org "), None, MISMATCH + NO_ADDRESS),
    ("NUL after", (RFC822, "alice@example.org\0.example.net"), None, MISMATCH + NO_ADDRESS),
    ("line feed after", (RFC822, "alice@example.org\n"), None, MISMATCH + NO_ADDRESS),
)

# Names by which a constrained authority's certificate might count as hers all
# the same (RFC 5280 section 4.2.1.10, RFC 9598 section 6): authority,
# subjectAltName, subject.
CONSTRAINED = (
    ("as SmtpUTF8Mailbox", "only-net", (UTF8_MAILBOX, "alice@example.org"),
     None),
    ("as SmtpUTF8Mailbox, excluded", "not-org",
     (UTF8_MAILBOX, "alice@example.org"), None),
    ("as SmtpUTF8Mailbox, excluded herself", "not-alice",
     (UTF8_MAILBOX, "alice@example.org"), None),
    ("in the subject", "only-net", None,
     "/O=Example/CN=x/emailAddress=alice@example.org"),
    ("in the subject, excluded", "not-org", None,
     "/O=Example/CN=x/emailAddress=alice@example.org"),
    ("in the subject beside a good one", "only-net", "email:bob@example.net",
     "/O=Example/CN=x/emailAddress=alice@example.org"),
    ("beside a good one", "only-net",
     "email:bob@example.net,email:alice@example.org", None),
    ("beside a good one, first", "only-bob",
     "email:alice@example.org,email:bob@example.org", None),
    ("in other case", "not-org", "email:alice@EXAMPLE.ORG", None),
    ("in other case, herself", "not-alice", "email:ALICE@example.org", None),
)


def _san(value):
    """As openssl's configuration has it; what that cannot say, in DER."""
    if not isinstance(value, tuple):
        return value
    kind, text = value
    if kind is RFC822:
        name = tlv(0x81, text.encode())
    else:
        name = tlv(0xa0, tlv(0x06, kind) +
                   tlv(0xa0, tlv(0x0c, text.encode())))
    return "DER:" + tlv(0x30, name).hex()


def prepare(signing):
    """The certificates of the tables, and authorities named as real ones."""
    signing.issue("ca-clone", None, CA, "/O=Example/CN=Example Root")
    signing.issue("intermediate-clone", "ca-clone", CA,
                  "/O=Example/CN=Example Intermediate")
    for name, issuer, extensions in AUTHORITIES:
        signing.issue(name, issuer, extensions)
    signing.issue("loop", None, CA)
    signing.issue("loop2", "loop", CA)
    signing.issue("loop", "loop2", CA, again=True)
    hers = run("openssl", "x509", "-in", signing.path("alice.crt"), "-noout",
               "-serial").decode().strip().split("=")[1]
    for number, (_, issuer, more, options, _, _) in enumerate(FORGED):
        options = dict(options)
        if options.get("serial") == "hers":
            options["serial"] = "0x" + hers
        signing.person("forged%d" % number, HERS, issuer, more, **options)
    for number, (_, issuer, san, subject) in enumerate(CONSTRAINED):
        signing.person("constrained%d" % number, _san(san), issuer,
                       subject=subject)
    for number, (_, san, subject, _) in enumerate(LOOK_ALIKES):
        signing.person("alike%d" % number, _san(san), subject=subject)


# ---- CMS taken apart and put together ---------------------------------------

class SignedData:
    """The parts of a SignedData (RFC 5652 section 5.1), each with its tag."""

    def __init__(self, der):
        inside = read_tlv(read_tlv(read_tlv(der)[1], 1)[1])[1]
        self.parts = []
        while inside:
            tag, value = read_tlv(inside)
            whole = tlv(tag, value)
            self.parts.append((tag, value))
            inside = inside[len(whole):]

    def get(self, at):
        return self.parts[at][1]

    def set(self, at, value):
        self.parts[at] = (self.parts[at][0], value)

    def der(self):
        body = b"".join(tlv(tag, value) for tag, value in self.parts)
        return tlv(0x30, bytes.fromhex("06092a864886f70d010702") +
                   tlv(0xa0, tlv(0x30, body)))


CERTIFICATES, SIGNERS = 3, 4


def _both(one, other):
    """One SignedData with the certificates and signers of two."""
    both, more = SignedData(one), SignedData(other)
    both.set(CERTIFICATES, both.get(CERTIFICATES) + more.get(CERTIFICATES))
    both.set(SIGNERS, both.get(SIGNERS) + more.get(SIGNERS))
    return both.der()


def _fields(signer):
    """A SignerInfo's elements."""
    inside, found = read_tlv(signer)[1], []
    while inside:
        tag, value = read_tlv(inside)
        found.append((tag, value))
        inside = inside[len(tlv(tag, value)):]
    return found


def _renamed(signing, der, name):
    """What one signed, under another's identifier."""
    data = SignedData(der)
    fields = _fields(data.get(SIGNERS))
    fields[1] = (0x30, signing.identifier(name))
    data.set(SIGNERS, tlv(0x30, b"".join(tlv(*field) for field in fields)))
    data.set(CERTIFICATES, data.get(CERTIFICATES) + signing.der(name))
    return data.der()


def _altered(der, field, at):
    """With a bit of a SignerInfo's field turned."""
    data = SignedData(der)
    fields = _fields(data.get(SIGNERS))
    index = [tag for tag, _ in fields].index(field)
    value = bytearray(fields[index][1])
    value[at] ^= 1
    fields[index] = (field, bytes(value))
    data.set(SIGNERS, tlv(0x30, b"".join(tlv(*part) for part in fields)))
    return data.der()


def _attributes_as_content(der):
    """Her signed attributes as a content that she signed without any: the
    bytes under the signature are the same (RFC 5652 section 5.4)."""
    data = SignedData(der)
    fields = _fields(data.get(SIGNERS))
    content = tlv(0x31, next(v for tag, v in fields if tag == 0xa0))
    fields = [field for field in fields if field[0] != 0xa0]
    data.set(SIGNERS, tlv(0x30, b"".join(tlv(*field) for field in fields)))
    data.set(2, bytes.fromhex("06092a864886f70d010701") +
             tlv(0xa0, tlv(0x04, content)))
    return data.der()


def _sets(signing, content):
    """Sets of signers over `content` that are not Alice alone, well."""
    bob = signing.sign(content, "bob")
    alice = signing.sign(content, "alice")
    earlier = signing.sign(compose.text(), "alice")
    yield "Bob alone", bob, MISMATCH
    yield "Bob, her certificate in the bag", signing.sign(
        content, "bob", more=("alice",)), MISMATCH
    yield "Bob, found by key identifier", signing.sign(
        content, "bob", more=("alice",), options=("-keyid",)), MISMATCH
    yield "Bob, everybody in the bag", signing.sign(
        content, "bob", more=("alice", "carol", "dave", "ca")), MISMATCH
    yield "a stranger, her certificate in the bag", signing.sign(
        content, "stranger", more=("alice",)), MISMATCH
    yield "nobody", signing.without_signers(("alice",)), ("no-signer",)
    yield "nobody, no certificate of hers", signing.without_signers(
        ("bob",)), ("no-signer",)
    yield "Alice and Bob", _both(alice, bob), MISMATCH
    yield "Bob and Alice", _both(bob, alice), MISMATCH
    yield "Alice and a stranger", _both(
        alice, signing.sign(content, "stranger")), MISMATCH
    yield "Alice of another text", earlier, ("content-altered",)
    yield "Alice of another text, and Bob", _both(earlier, bob), (
        "content-altered",)
    yield "Bob, and Alice of another text", _both(bob, earlier), (
        "content-altered",)
    yield "Bob under her name", _renamed(signing, bob, "alice"), (
        "signature-mismatch",)
    yield "a forger under her name", _renamed(
        signing, signing.sign(content, "forged3"), "alice"), (
            "signature-mismatch",)
    yield "her signature altered", _altered(alice, 0x04, 40), (
        "signature-mismatch",)
    yield "her attributes altered", _altered(alice, 0xa0, -1), (
        "signature-mismatch", "content-altered")
    yield "her signature cut off", alice[:-300], ("malformed", "no-signer")
    yield "no CMS at all", b"signed by Alice", ("malformed",)
    yield "SHA-1", signing.sign(content, "alice", digest="sha1"), (
        "weak-digest",)
    yield "MD5", signing.sign(content, "alice", digest="md5"), (
        "weak-digest", "unsupported-algorithm")
    yield "SHA-1 beside SHA-256", _both(alice, signing.sign(
        content, "alice", digest="sha1")), ("weak-digest", "malformed")


def cells(signing):
    lie = compose.text(compose.LIE)
    for form in compose.FORMS:
        for number, row in enumerate(FORGED):
            entity = compose.carry(signing, form, lie, "forged%d" % number,
                                   more=row[4])
            yield Cell("forged certificate", "%s, %s" % (row[0], form),
                       compose.message(entity), row[5])
        for number, row in enumerate(CONSTRAINED):
            entity = compose.carry(
                signing, form, lie, "constrained%d" % number, more=row[1:2])
            yield Cell("constrained authority", "%s, %s" % (row[0], form),
                       compose.message(entity), CONSTRAINT)
        for number, row in enumerate(LOOK_ALIKES):
            entity = compose.carry(signing, form, lie, "alike%d" % number)
            yield Cell("look-alike address", "%s, %s" % (row[0], form),
                       compose.message(entity), row[3])
    for what, der, reasons in _sets(signing, lie):
        for form in ("detached", "encrypted"):
            yield Cell("wrong signers", "%s, %s" % (what, form),
                       compose.message(compose.wrap(
                           signing, form, compose.detached(lie, der))),
                       reasons)
    for what, der, reasons in (
            ("nobody, opaque", signing.without_signers(("alice",), lie),
             ("no-signer",)),
            ("attributes as content, opaque", _attributes_as_content(
                signing.sign(lie, "alice", opaque=True)),
             ("malformed", "signature-mismatch", "content-altered"))):
        yield Cell("wrong signers", what, compose.message(
            compose.pkcs7(der, b"signed-data")), reasons)
