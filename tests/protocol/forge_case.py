# SPDX-License-Identifier: MPL-2.0
"""One host for all tests of a class, whose database trusts the root of a
forge."""

import base64
import os
import shutil
import tempfile

from case import Case
from forge import Forge

from nssmime import Host, HostError, environment, host_program


class ForgeCase(Case):
    @classmethod
    def setUpClass(cls):
        cls.home = tempfile.mkdtemp(prefix="nssmime-forge-")
        cls.addClassCleanup(shutil.rmtree, cls.home, True)
        cls.forge = Forge(cls.home)
        cls.shared = cls.with_roots("home", *cls.roots())

    @classmethod
    def roots(cls):
        """What is trusted; none: the forge's root."""
        return ()

    @classmethod
    def with_roots(cls, name, *roots):
        folder = os.path.join(cls.home, name)
        host = Host(program=host_program(), env=environment(
            folder, database="sql:" + cls.forge.database(
                os.path.join(folder, "db"), *roots))).start()
        cls.addClassCleanup(cls.finish, host)
        return host

    @classmethod
    def finish(cls, host):
        """Ends the host, which had no fault and lost no memory: else the
        sanitizers' status comes."""
        status = host.close(60)
        if status != 0:
            raise AssertionError("the host ended with status %d" % status)

    def setUp(self):
        super().setUp()
        self.host = self.shared

    def reasons(self, *chain, purpose="sign"):
        """Of each certificate, the leaf first, as one text: its reasons, "-"
        for none; or of an error the kind."""
        data = b"".join(certificate.pem for certificate in chain)
        try:
            got = self.host.request("certificate.check", {
                "data": base64.b64encode(data).decode(), "for": purpose})
        except HostError as error:
            return error.kind
        told = [" ".join(sorted(got["table"][one]["reasons"])) or "-"
                for one in got["chain"]]
        self.assertEqual(got["usable"], set(told) == {"-"})
        return " | ".join(told)
