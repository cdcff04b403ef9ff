# SPDX-License-Identifier: MPL-2.0
"""What the tests of certificate.* share."""

import base64
import os
import re

from case import Case
from pki import Pki

from nssmime import environment, host_program

PKI = Pki()
MEMBERS = {"fingerprint", "subject", "issuer", "serial", "addresses",
           "notBefore", "notAfter", "key", "usages", "own", "token", "trust"}
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")


def b64(data):
    return base64.b64encode(data).decode()


def unb64(text):
    return base64.b64decode(text, validate=True)


class CertificateCase(Case):
    """One home, one database and one host for each test."""

    def start(self, database=None, answers=()):
        if database is None:
            database = PKI.copy(os.path.join(self.folder, "db"))
        self.database = database
        self.env = environment(self.folder, answers=answers,
                               database="sql:" + database)
        return self.launch(program=host_program())

    def listed(self, host, **params):
        """Every certificate of a list, page by page."""
        found = []
        while True:
            page = host.request("certificate.list", params)
            found += page["certificates"]
            if "cursor" not in page:
                return found
            self.assertTrue(page["certificates"])
            params = dict(params, cursor=page["cursor"])

    def addresses(self, certificates):
        return {a for c in certificates for a in c["addresses"]}
