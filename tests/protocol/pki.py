# SPDX-License-Identifier: MPL-2.0
"""What the tests of certificates and databases share: the PKI of pki.sh,
made once, and databases of their own copied from it."""

import atexit
import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SUPPORT = os.path.join(os.path.dirname(HERE), "support")
sys.path.insert(0, SUPPORT)

PASSWORD = "nssmime"  # of every .p12 that pki.sh makes


def run(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, **options).stdout


def make_pki():
    """The folder of the PKI: NSSMIME_TEST_PKI, if that is set, keeps it."""
    folder = os.environ.get("NSSMIME_TEST_PKI")
    if folder is None:
        folder = tempfile.mkdtemp(prefix="nssmime-pki-")
        atexit.register(shutil.rmtree, folder, True)
    if not os.path.exists(os.path.join(folder, "db", "cert9.db")):
        run("bash", os.path.join(SUPPORT, "pki.sh"), folder)
    return folder


class Pki:
    def __init__(self):
        self.folder = make_pki()

    def path(self, name):
        return os.path.join(self.folder, name)

    def bytes(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def base64(self, name):
        return base64.b64encode(self.bytes(name)).decode()

    def der(self, name, folder=None):
        """The certificate: of pki.sh, or made by `issue` in a folder."""
        return run("openssl", "x509", "-in", os.path.join(
            folder or self.folder, name + ".crt"), "-outform", "DER")

    def fingerprint(self, name, folder=None):
        return hashlib.sha256(self.der(name, folder)).hexdigest()

    def issue(self, folder, name, address, start, end, issuer=None):
        """NAME.key and NAME.crt in the folder, valid from and until times
        like 20250101000000Z: a root where there is no address, else by
        `issuer`, another one in the folder, or by ca."""
        def path(suffix):
            return os.path.join(folder, name + suffix)
        by = self.path("ca") if issuer is None else os.path.join(folder,
                                                                 issuer)
        if address is None:
            by, extensions, more = path(""), "ca_root", ["-selfsign"]
        else:
            extensions, more = "leaf", ["-cert", by + ".crt"]
        run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt",
            "ec_paramgen_curve:P-256", "-out", path(".key"))
        environment = dict(os.environ, KU="digitalSignature,keyAgreement",
                           EKU="emailProtection",
                           SAN="email:%s" % (address or "none@example.org"))
        run("openssl", "req", "-new", "-config", self.path("pki.cnf"), "-key",
            path(".key"), "-subj", "/O=Example/CN=" + name, "-out",
            path(".csr"), env=environment)
        with open(os.path.join(folder, "index.txt"), "wb"):
            pass
        run("openssl", "ca", "-batch", "-notext", "-config",
            self.path("pki.cnf"), "-name", "dated", "-extensions", extensions,
            "-startdate", start, "-enddate", end, *more, "-keyfile",
            by + ".key", "-in", path(".csr"), "-out", path(".crt"),
            cwd=folder, env=environment)

    def add(self, database, folder, name):
        """Puts what `issue` made into a database without password."""
        path = os.path.join(folder, name)
        run("openssl", "pkcs12", "-export", "-inkey", path + ".key", "-in",
            path + ".crt", "-name", name, "-passout", "pass:" + PASSWORD,
            "-out", path + ".p12")
        run("pk12util", "-i", path + ".p12", "-d", "sql:" + database, "-W",
            PASSWORD, "-K", "")

    def copy(self, folder):
        """A database of one's own with all that pki.sh put in."""
        shutil.copytree(self.path("db"), folder)
        return folder

    def empty(self, folder, password=""):
        """A new database that trusts ca for e-mail."""
        os.makedirs(folder)
        path = os.path.join(os.path.dirname(folder), "new-password")
        with open(path, "w", encoding="utf-8") as file:
            file.write(password + "\n")
        run("certutil", "-N", "-d", "sql:" + folder,
            *(["-f", path] if password else ["--empty-password"]))
        run("certutil", "-A", "-d", "sql:" + folder, "-f", path, "-n", "ca",
            "-t", ",C,", "-i", self.path("ca.crt"))
        return folder

    def people(self, numbers, folder):
        """Certificates of person<number>@example.org as one PEM text."""
        key = os.path.join(folder, "people.key")
        if not os.path.exists(key):
            run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-out", key)
        text = b""
        for number in numbers:
            text += run(
                "openssl", "req", "-new", "-x509", "-key", key, "-subj",
                "/O=Example/CN=Person %d" % number, "-days", "365",
                "-addext", "basicConstraints=critical,CA:false",
                "-addext",
                "subjectAltName=email:person%d@example.org" % number,
                "-addext", "extendedKeyUsage=emailProtection",
                "-CA", self.path("ca.crt"), "-CAkey", self.path("ca.key"))
        return text
