#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""crx.py --url URL [--key FILE] [--extension ZIP] [--browser PROGRAM] FOLDER:
packs the extension for webmail with a key of your own, for browsers of
Chromium's family that are to install it from a server of yours by policy.

FOLDER then has what belongs on the server at URL,
    nssmime.crx          the extension
    updates.xml          what browsers ask for first
and what belongs on each computer, complete but for your own wishes:
    browser-policy.json  has browsers install it, and find the host
    host-manifest.json   lets it start nssmime-host
    policy.json          has nssmime-host take it

The id of the extension follows from the key. Without FILE it is
FOLDER/nssmime.pem, and is made if it is not there yet; keep it secret, and
keep it: with another key browsers take the next version for another one."""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import zipfile
from xml.sax.saxutils import quoteattr

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILT = os.path.join(SOURCE, "build", "deb", "webmail-chromium.zip")
PROGRAM = "/usr/libexec/nssmime/nssmime-host"
UPDATES = """\
<?xml version="1.0" encoding="UTF-8"?>
<gupdate xmlns="http://www.google.com/update2/response" protocol="2.0">
  <app appid=%s>
    <updatecheck codebase=%s version=%s/>
  </app>
</gupdate>
"""


class Failure(Exception):
    """Something that its user can mend."""


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise Failure("%s failed: %s" % (
            command[0], done.stderr.decode(errors="replace").strip()))
    return done.stdout


def read(*path):
    with open(os.path.join(SOURCE, *path), encoding="utf-8") as file:
        return file.read()


def built_in_id():
    text = read("host", "caller.h").split("#define HOST_CHROMIUM_ID ")[1]
    return text.split('"')[1]


def id_of(key):
    """The first 16 bytes of the SHA-256 of the public key, in letters."""
    public = run("openssl", "pkey", "-in", key, "-pubout", "-outform", "DER")
    digits = hashlib.sha256(public).hexdigest()[:32]
    return "".join(chr(ord("a") + int(digit, 16)) for digit in digits)


def make_key(path):
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    run("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt",
        "rsa_keygen_bits:2048", "-out", path)


def pack(browser, extension, key, out):
    """By the browser, in a profile that is thrown away; the version."""
    with tempfile.TemporaryDirectory(prefix="nssmime-crx-") as folder:
        unpacked = os.path.join(folder, "nssmime")
        with zipfile.ZipFile(extension) as file:
            file.extractall(unpacked)
            version = json.loads(file.read("manifest.json"))["version"]
        # root alone has to do without the browser's sandbox
        run(browser, *(["--no-sandbox"] if os.geteuid() == 0 else []),
            "--headless", "--user-data-dir=" + os.path.join(folder, "profile"),
            "--pack-extension=" + unpacked, "--pack-extension-key=" + key)
        if not os.path.exists(unpacked + ".crx"):
            raise Failure("%s packed nothing" % browser)
        shutil.copyfile(unpacked + ".crx", out)
    return version


def web_address(text):
    parts = urllib.parse.urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or \
            parts.query or parts.fragment:
        raise argparse.ArgumentTypeError(
            "not an address such as https://software.example.org/nssmime")
    return text.rstrip("/")


def make(chosen):
    os.makedirs(chosen.folder, exist_ok=True)

    def path(name):
        return os.path.join(chosen.folder, name)

    def write(name, text):
        with open(path(name), "w", encoding="utf-8") as file:
            file.write(text)

    if not os.path.exists(chosen.extension):
        raise Failure("%s is not there: packaging/deb.sh makes it" %
                      chosen.extension)
    key = os.path.abspath(chosen.key or path("nssmime.pem"))
    if not os.path.exists(key):
        make_key(key)
    ident = id_of(key)
    version = pack(chosen.browser, chosen.extension, key, path("nssmime.crx"))
    write("updates.xml", UPDATES % (
        quoteattr(ident), quoteattr(chosen.url + "/nssmime.crx"),
        quoteattr(version)))
    policy = read("packaging", "policies", "chromium", "nssmime.json")
    policy = json.loads(policy.replace(built_in_id(), ident))
    policy["ExtensionInstallForcelist"] = [
        "%s;%s/updates.xml" % (ident, chosen.url)]
    write("browser-policy.json", json.dumps(policy, indent=2) + "\n")
    manifest = read("manifest", "chromium.json.in")
    manifest = json.loads(manifest.replace("@NSSMIME_HOST_PROGRAM@", PROGRAM)
                          .replace("@NSSMIME_CHROMIUM_ID@", built_in_id()))
    manifest["allowed_origins"].append("chrome-extension://%s/" % ident)
    write("host-manifest.json", json.dumps(manifest, indent=2) + "\n")
    write("policy.json", json.dumps({"callers": [ident]}, indent=2) + "\n")
    print(ident)


def main():
    parser = argparse.ArgumentParser(
        prog="packaging/crx.py", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", type=web_address, required=True)
    parser.add_argument("--key", metavar="FILE")
    parser.add_argument("--extension", metavar="ZIP", default=BUILT)
    parser.add_argument("--browser", metavar="PROGRAM", default="chromium")
    parser.add_argument("folder", metavar="FOLDER")
    try:
        make(parser.parse_args())
    except (Failure, OSError, zipfile.BadZipFile) as failure:
        print("packaging/crx.py: %s" % failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
