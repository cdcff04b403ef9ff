#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""The demonstration behind try.sh: try.py BUILD-FOLDER."""

import base64
import email
import email.policy
import email.utils
import os
import shutil
import subprocess
import sys
import textwrap
from email.message import EmailMessage

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(SOURCE, "tests", "support"))

import nssmime  # noqa: E402

ALICE = "alice@example.org"
BOB = "bob@example.org"
NAMES = {ALICE: "Alice", BOB: "Bob"}
PASSWORD = "demonstration"
EXTENSIONS = """\
[authority]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[person]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature,keyEncipherment,keyAgreement
extendedKeyUsage = emailProtection
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""
SUBJECT = "The plans for Tuesday"
REASONS = {
    "content-altered": "it was changed after it was signed",
    "malformed": "it is not built as such a mail must be",
    "not-covered": "there is text that nobody signed",
    "signature-mismatch": "the signature does not fit",
    "unauthenticated-encryption":
        "it was encrypted, but nobody vouches for the text",
}


def say(text=""):
    print(textwrap.fill(text, 76, initial_indent="   ",
                        subsequent_indent="   "), flush=True)


def step(text):
    print("\n-- " + text, flush=True)


class Surprise(Exception):
    """The demonstration did not go as it must."""


def must(true, text):
    if not true:
        raise Surprise(text)


# ---- the people ------------------------------------------------------------

def tool(folder, *args):
    done = subprocess.run(args, cwd=folder, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=dict(os.environ, OPENSSL_CONF="/dev/null"),
                          check=False)
    if done.returncode != 0:
        raise Surprise("%s failed:\n%s" % (
            " ".join(args), done.stdout.decode(errors="replace")))


def make_authority(folder):
    tool(folder, "openssl", "genpkey", "-algorithm", "EC", "-pkeyopt",
         "ec_paramgen_curve:P-256", "-out", "authority.key")
    with open(os.path.join(folder, "request.cnf"), "w",
              encoding="ascii") as file:
        file.write("[req]\ndistinguished_name = dn\n[dn]\n")
    tool(folder, "openssl", "req", "-new", "-config", "request.cnf", "-key",
         "authority.key", "-subj", "/O=Example/CN=Demonstration Authority",
         "-out", "authority.csr")
    tool(folder, "openssl", "x509", "-req", "-in", "authority.csr", "-signkey",
         "authority.key", "-days", "30", "-extfile", "extensions.cnf",
         "-extensions", "authority", "-out", "authority.crt")


def make_person(folder, address, *key):
    name = address.split("@", maxsplit=1)[0]
    with open(os.path.join(folder, name + ".cnf"), "w",
              encoding="ascii") as file:
        file.write(EXTENSIONS + "subjectAltName = email:%s\n" % address)
    tool(folder, "openssl", "genpkey", "-algorithm", key[0], "-pkeyopt",
         key[1], "-out", name + ".key")
    tool(folder, "openssl", "req", "-new", "-config", "request.cnf", "-key",
         name + ".key", "-subj", "/O=Example/CN=" + NAMES[address], "-out",
         name + ".csr")
    tool(folder, "openssl", "x509", "-req", "-in", name + ".csr", "-CA",
         "authority.crt", "-CAkey", "authority.key", "-CAcreateserial",
         "-days", "30", "-extfile", name + ".cnf", "-extensions", "person",
         "-out", name + ".crt")
    tool(folder, "openssl", "pkcs12", "-export", "-inkey", name + ".key",
         "-in", name + ".crt", "-name", name, "-passout", "pass:" + PASSWORD,
         "-out", name + ".p12")
    tool(folder, "pk12util", "-i", name + ".p12", "-d", "sql:db", "-W",
         PASSWORD, "-K", "")


def make_database(folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(os.path.join(folder, "db"), mode=0o700)
    with open(os.path.join(folder, "extensions.cnf"), "w",
              encoding="ascii") as file:
        file.write(EXTENSIONS)
    tool(folder, "certutil", "-N", "-d", "sql:db", "--empty-password")
    make_authority(folder)
    tool(folder, "certutil", "-A", "-d", "sql:db", "-n", "authority", "-t",
         ",C,", "-i", "authority.crt")
    make_person(folder, ALICE, "RSA", "rsa_keygen_bits:2048")
    make_person(folder, BOB, "EC", "ec_paramgen_curve:P-256")


# ---- the mails -------------------------------------------------------------

ATTACHMENT = bytes(range(256)) * 16


def make_mail(sender, recipient):
    """As a mail program writes it, just now."""
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"] = "%s <%s>" % (NAMES[sender], sender)
    mail["To"] = "%s <%s>" % (NAMES[recipient], recipient)
    mail["Subject"] = SUBJECT
    mail["Date"] = email.utils.formatdate(localtime=True)
    mail["Message-ID"] = "<plans@example.org>"
    mail.set_content("Dear %s,\n\nhere are the plans. Tell nobody.\n\n%s\n" % (
        NAMES[recipient], NAMES[sender]))
    mail.add_attachment(ATTACHMENT, maintype="application",
                        subtype="octet-stream", filename="Pläne.bin")
    return mail.as_bytes()


def protect(host, mail, **how):
    return host.run("message.protect", how, content=mail)


def read(host, mail):
    return host.run("message.read", {}, content=mail)


def field(mail, name):
    """A header field as whoever carries the mail sees it."""
    return email.message_from_bytes(mail, policy=email.policy.SMTP)[name]


def verdict(result):
    summary = result["summary"]
    words = {"valid": "VALID: every byte is signed by the one it says it is "
                      "from",
             "invalid": "INVALID: do not trust it",
             "unknown": "UNKNOWN: it could not be checked",
             "partial": "PARTIAL: it holds for a part only",
             "none": "not signed"}[summary["signature"]]
    reasons = [REASONS.get(reason, reason) for reason in summary["reasons"]]
    return words + (" (%s)" % "; ".join(reasons) if reasons else "")


def attachment(entity):
    mail = email.message_from_bytes(entity, policy=email.policy.SMTP)
    for part in mail.walk():
        if part.get_filename() == "Pläne.bin":
            return part.get_payload(decode=True)
    return None


def spoil_encrypted(mail):
    """Changes one bit in the middle of the ciphertext."""
    head, body = mail.split(b"\r\n\r\n", 1)
    data = bytearray(base64.b64decode(body))
    data[len(data) * 2 // 3] ^= 1
    return head + b"\r\n\r\n" + base64.encodebytes(bytes(data)).replace(
        b"\n", b"\r\n")


def write_and_read(host, sender, recipient, kind):
    mail = make_mail(sender, recipient)
    step("%s writes to %s (%s), signed and encrypted" % (
        NAMES[sender], NAMES[recipient], kind))
    result, protected = protect(host, mail, sign={}, encrypt={})
    say("The host made a message of %d bytes, signed with %s's certificate %s"
        "... and encrypted with %s for: %s." % (
            len(protected), NAMES[sender], result["signedBy"][:12],
            result.get("cipher", "the default"),
            ", ".join(r["address"] for r in result["recipients"])))
    must(b"nobody" not in protected, "the text can be read on the way")
    must(all(field(protected, name) == field(mail, name)
             for name in ("Date", "Message-ID")),
         "Date or Message-ID are not what they were")
    must(field(protected, "Subject") == "[...]" and
         SUBJECT.encode() not in protected, "the subject can be read")
    say("All that the mail server sees of the text is ciphertext, and of the "
        "subject \"%s\"; Date and Message-ID are as they were." %
        field(protected, "Subject"))

    result, plain = read(host, protected)
    say("%s reads it: encryption %s, signature %s." % (
        NAMES[recipient], result["summary"]["encryption"], verdict(result)))
    must(result["summary"]["signature"] == "valid", "it is not valid")
    must(result["summary"]["encryption"] == "full", "it is not encrypted")
    must(result["headers"]["subject"] == {
        "value": SUBJECT, "source": "protected"}, "the subject is another")
    say("The subject comes from inside, where it was signed: \"%s\"." %
        result["headers"]["subject"]["value"])
    must(attachment(plain) == ATTACHMENT, "the attachment is not the same")
    say("The attachment of %d bytes is the same, byte for byte." %
        len(ATTACHMENT))

    try:
        result, plain = read(host, spoil_encrypted(protected))
    except nssmime.HostError as error:
        say("One bit changed on the way: the host shows nothing and says: "
            "%s (%s)." % (error.message.rstrip("."), error.kind))
    else:
        say("One bit changed on the way: " + verdict(result) + ".")
        must(result["summary"]["signature"] != "valid", "it is valid still")


def sign_alone(host):
    step("Alice signs without encrypting, so that everybody can read it")
    _, protected = protect(host, make_mail(ALICE, BOB), sign={})
    must(b"Tell nobody" in protected, "the text cannot be read")
    result, _ = read(host, protected)
    say("As it was sent: " + verdict(result) + ".")
    must(result["summary"]["signature"] == "valid", "it is not valid")
    result, _ = read(host, protected.replace(b"Tell nobody", b"Tell anyone"))
    say("\"Tell nobody\" changed to \"Tell anyone\": " + verdict(result) + ".")
    must(result["summary"]["signature"] == "invalid", "it is not invalid")
    must(result["summary"]["reasons"] == ["content-altered"],
         "not for that reason")


def stranger(host):
    step("Alice writes to somebody whose certificate she does not have")
    mail = make_mail(ALICE, BOB).replace(BOB.encode(), b"eve@example.org")
    try:
        protect(host, mail, encrypt={})
    except nssmime.HostError as error:
        say("Nothing is made, and the host says: %s (%s)." % (
            error.message.rstrip("."), error.kind))
        must(error.kind == "certificate-not-found", "not for that reason")
    else:
        raise Surprise("it was encrypted, for whom?")


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: try.py BUILD-FOLDER")
    build = os.path.abspath(sys.argv[1])
    folder = os.path.join(build, "demo")
    step("Making an NSS certificate database with two people, in %s" %
         os.path.relpath(folder))
    make_database(folder)
    say("Alice has an RSA key, Bob one on an elliptic curve; both have "
        "certificates of an authority that the database trusts. The host "
        "will play both of them: it is given what they would have.")
    env = nssmime.environment(os.path.join(folder, "home"),
                              database="sql:" + os.path.join(folder, "db"))
    program = os.path.join(build, "host", "nssmime-host")
    with nssmime.Host(env=env, program=program) as host:
        hello = host.request("hello", {"client": {"name": "try",
                                                  "version": "1"}})
        say("The host is %s %s, on NSS %s; it is spoken to as a browser "
            "does, in frames of JSON." % (
                hello["host"]["name"], hello["host"]["version"],
                hello["nss"]["version"]))
        write_and_read(host, BOB, ALICE, "RSA")
        write_and_read(host, ALICE, BOB, "elliptic curve")
        sign_alone(host)
        stranger(host)
    print("\nEverything went as it must. The database is in %s/db;\n"
          "README.md says how to point the host at yours." %
          os.path.relpath(folder))


if __name__ == "__main__":
    try:
        main()
    except Surprise as surprise:
        sys.exit("\nThis should not happen: %s" % surprise)
    except nssmime.HostError as failure:
        sys.exit("\nThis should not happen: %s" % failure)
