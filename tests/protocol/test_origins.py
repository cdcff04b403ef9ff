#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""origin.*: what the user allows a website, by two windows; what the
administrator does; and signing for a website that has to ask each time."""

import json
import os
import shutil
import stat
import unittest

from case import CALLERS, Case, until
from mail_case import address, mail
from pki import Pki

from nssmime import FIREFOX, THUNDERBIRD, HostError, asked, environment, \
    host_program

PKI = Pki()
SITE = "https://mail.example"
OTHER = "https://other.example"
POLICY_HOST = os.environ.get("NSSMIME_ORIGINS_HOST")
POLICY = os.environ.get("NSSMIME_ORIGINS_POLICY")


def entry(origin=SITE, sign="ask", source="user"):
    return {"origin": origin, "sign": sign, "source": source}


class OriginCase(Case):
    program = staticmethod(host_program)

    def start(self, answers=(), caller=FIREFOX, **settings):
        self.env = environment(self.folder, answers=answers, **settings)
        return self.launch(caller, self.program())

    def answer(self, *lines):
        with open(self.env["NSSMIME_TEST_PINENTRY"], "w",
                  encoding="utf-8") as file:
            file.writelines(line + "\n" for line in lines)

    def windows(self):
        return [line for line in asked(self.env)
                if line.startswith(("CONFIRM", "GETPIN"))]

    def allow(self, origin=SITE, **more):
        return self.host.request("origin.allow", dict(more, origin=origin))

    def forget(self, origin=SITE, **more):
        return self.host.request("origin.forget", dict(more, origin=origin))

    def list(self, host=None):
        return (host or self.host).request("origin.list", {})

    def listed(self, *entries, further=True, host=None):
        self.assertEqual(self.list(host),
                         {"origins": list(entries), "further": further})

    def may(self, origin=SITE, host=None):
        """Whether something is done for the origin."""
        try:
            (host or self.host).request("message.read", {
                "content": {"data": ""}, "origin": origin})
        except HostError as failure:
            self.assertEqual(failure.kind, "origin-not-allowed",
                             failure.message)
            return False
        return True

    def config(self):
        path = os.path.join(self.folder, "config/nssmime/config.json")
        with open(path, encoding="utf-8") as file:
            return json.load(file)


class Origins(OriginCase):
    def test_allow(self):
        self.start(["confirm", "decline"], lockMinutes=7)
        self.listed()
        self.assertFalse(self.may())
        self.assertEqual(self.allow(), entry())
        first, second = self.windows()
        self.assertIn("desc=Read and write protected mail (S/MIME) on this "
                      "website?", first)
        self.assertIn("ok=Allow cancel=Do not allow", first)
        self.assertIn("desc=May mail be signed in your name on this website "
                      "without asking you each time?", second)
        self.assertIn("ok=Sign without asking cancel=Ask me each time",
                      second)
        for line in (first, second):
            self.assertIn("\\n\\nAsked for by the nssmime extension in "
                          "Firefox.\\nWebsite: https://mail.example", line)
        self.listed(entry())
        self.assertTrue(self.may())
        self.assertFalse(self.may(OTHER))
        self.assertEqual(self.config()["origins"], [SITE])
        self.assertEqual(self.config()["lockMinutes"], 7)
        path = os.path.join(self.folder, "config/nssmime/config.json")
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)

    def test_allow_to_sign(self):
        self.start(["confirm", "confirm"])
        self.assertEqual(self.allow(), entry(sign="allowed"))
        self.listed(entry(sign="allowed"))
        # what is allowed is asked for no more
        self.assertEqual(self.allow(), entry(sign="allowed"))
        self.assertEqual(self.allow(prompt="never"), entry(sign="allowed"))
        self.assertEqual(len(self.windows()), 2)

    def test_allow_more(self):
        """Once more: the second question alone."""
        self.start(["decline", "confirm", "cancel"],
                   origins=[OTHER, SITE])
        self.assertEqual(self.allow(), entry())
        self.assertEqual(self.allow(), entry(sign="allowed"))
        self.assertEqual([line.split("?")[0][-8:] for line in self.windows()],
                         ["ach time", "ach time"])
        self.listed(entry(OTHER), entry(sign="allowed"))

    def test_declined(self):
        self.start(["decline", "cancel"])
        for _ in range(2):
            self.assertEqual(self.kind(self.allow), "user-declined")
        self.listed()
        self.assertFalse(self.may())
        self.assertNotIn("origins", self.config())

    def test_no_to_signing_is_no_refusal(self):
        """It does not count among the two that silence the windows."""
        self.start(["confirm", "decline"] * 3)
        for i in range(3):
            origin = "https://m%d.example" % i
            self.assertEqual(self.allow(origin), entry(origin))

    def test_closed_before_the_second_answer(self):
        """Nothing is allowed before all was answered."""
        self.start(["confirm", "hang"])
        pending = self.host.begin("origin.allow", {"origin": SITE})
        self.assertTrue(until(lambda: len(self.windows()) == 2))
        self.cancel(pending)
        self.listed()
        self.assertNotIn("origins", self.config())

    def test_never(self):
        self.start(["confirm", "confirm"], origins=[OTHER])
        for origin in (SITE, OTHER):
            self.assertEqual(self.kind(self.allow, origin, prompt="never"),
                             "password-required")
        self.assertEqual(asked(self.env), [])
        self.listed(entry(OTHER))

    def test_no_pinentry(self):
        self.start(pinentry="/nonexistent/pinentry")
        self.assertEqual(self.kind(self.allow), "prompt-unavailable")
        self.listed()

    def test_canonical(self):
        self.start(["confirm", "decline"] * 2)
        self.assertEqual(self.allow("HTTPS://B\u00fccher.Example:443"),
                         entry("https://xn--bcher-kva.example"))
        self.assertIn("Website: https://xn--bcher-kva.example "
                      "(b\u00fccher.example)", self.windows()[0])
        self.assertTrue(self.may("https://b\u00fccher.example"))
        self.assertEqual(self.allow("http://localhost:8080"),
                         entry("http://localhost:8080"))
        self.forget("https://B\u00dcCHER.example")
        self.listed(entry("http://localhost:8080"))

    def test_no_origin(self):
        self.start(["confirm"])
        for origin in ("", "mail.example", "https://mail.example/",
                       "http://a/b", "https://*.example", "null",
                       "https://a@mail.example", "chrome-extension://abc",
                       "https://mail.example\u202e", "data:text/html,x"):
            for ask in (self.allow, self.forget):
                failure = self.failure(ask, origin)
                self.assertEqual(failure.kind, "invalid-params", origin)
                self.assertIn("origin", failure.message)
        self.assertEqual(asked(self.env), [])

    def test_without_https(self):
        """An origin, and none that anybody can allow."""
        self.start(["confirm"])
        read = lambda origin: self.host.request("message.read", {
            "content": {"data": ""}, "origin": origin})
        for origin in ("http://mail.example", "HTTP://Mail.Example:8080",
                       "http://192.0.2.1", "http://localhost.example"):
            for ask in (self.allow, self.forget, read):
                failure = self.failure(ask, origin)
                self.assertEqual(failure.kind, "origin-not-allowed", origin)
                self.assertIn("https", failure.message)
        self.assertEqual(asked(self.env), [])

    def test_forget(self):
        self.start(origins=[OTHER, "https://MAIL.example:443"],
                   signingOrigins=[SITE])
        self.assertTrue(self.may())
        self.assertEqual(self.forget(), {})
        self.assertFalse(self.may())
        self.listed(entry(OTHER))
        self.assertEqual(self.forget(), {})
        self.assertEqual(self.forget(OTHER, prompt="never"), {})
        self.listed()
        self.assertEqual(asked(self.env), [])

    def test_other_connections(self):
        """A change counts at once, in every program."""
        first = self.start(["confirm", "decline"])
        second = self.launch(CALLERS["chromium"], self.program())
        self.assertFalse(self.may(host=first))
        self.allow()
        for host in (first, second):
            self.assertTrue(self.may(host=host))
            self.listed(entry(), host=host)
        first.request("origin.forget", {"origin": SITE})
        self.assertFalse(self.may(host=second))

    def test_by_hand(self):
        """So does an edit of the file, and a mistake in it."""
        self.start()
        self.assertFalse(self.may())
        environment(self.folder, origins=[SITE])
        self.assertTrue(self.may())
        environment(self.folder, origins=[SITE], colour=1)
        for ask, params in (("message.read", {"content": {"data": ""},
                                              "origin": SITE}),
                            ("origin.list", {}),
                            ("origin.allow", {"origin": OTHER}),
                            ("origin.forget", {"origin": SITE})):
            failure = self.fails("configuration-invalid", self.host, ask,
                                 params)
            self.assertIn("colour", failure.message)
        self.assertEqual(self.config()["colour"], 1)
        environment(self.folder, origins=[OTHER])
        self.assertFalse(self.may())

    def test_new_account(self):
        self.start(["confirm", "decline"] * 2)
        self.allow(OTHER)  # by now the broker knows the pinentry
        shutil.rmtree(os.path.join(self.folder, "config"))
        self.assertEqual(self.allow(), entry())
        self.listed(entry())

    def test_not_written(self):
        self.start(["confirm", "decline"] * 2)
        self.allow(OTHER)
        shutil.rmtree(os.path.join(self.folder, "config"))
        with open(os.path.join(self.folder, "config"), "wb"):
            pass
        self.assertEqual(self.kind(self.allow), "storage-failed")
        self.assertFalse(self.may())

    def test_forget_beside_a_window(self):
        """Nobody waits for a window to take a right away."""
        self.start(["hang"], origins=[OTHER])
        pending = self.host.begin("origin.allow", {"origin": SITE})
        self.assertTrue(until(self.windows))
        self.assertEqual(self.forget(OTHER), {})
        self.listed()
        self.cancel(pending)

    def test_confined(self):
        """The engine that has the database open can still change it."""
        self.start(["confirm", "decline"])
        self.host.request("database.status", {})
        self.assertEqual(self.allow(), entry())
        self.assertTrue(self.may())
        self.forget()
        self.assertFalse(self.may())

    def test_what_to_do(self):
        self.start()
        failure = self.failure(self.host.request, "certificate.list",
                               {"origin": SITE})
        self.assertEqual(failure.kind, "origin-not-allowed")
        self.assertIn("press the button of the extension", failure.message)
        self.assertIn("origin.allow", failure.message)

    def test_callers(self):
        """They are for who works for websites."""
        for caller in (FIREFOX, CALLERS["chromium"]):
            self.start(["confirm", "decline"], caller)
            self.assertEqual(self.allow(), entry())
            self.listed(entry())
            self.assertEqual(self.forget(), {})
        self.start(["confirm", "confirm"], THUNDERBIRD, origins=[SITE])
        for method, params in (("origin.list", {}),
                               ("origin.allow", {"origin": OTHER}),
                               ("origin.forget", {"origin": SITE})):
            failure = self.fails("origin-not-allowed", self.host, method,
                                 params)
            self.assertIn("Thunderbird", failure.message)
        self.assertEqual(asked(self.env), [])
        self.assertEqual(self.config()["origins"], [SITE])


class Signing(OriginCase):
    """Whose key it is asks, where the website may not sign without."""

    def start(self, answers=(), **settings):
        settings.setdefault("origins", [SITE])
        return super().start(
            answers, database="sql:" + PKI.copy(
                os.path.join(self.folder, "db")), **settings)

    def protect(self, content=None, **params):
        return self.host.run("message.protect", dict({
            "origin": SITE, "sign": {}}, **params), content=content or mail())

    def test_asks(self):
        self.start(["confirm"])
        result, signed = self.protect(mail(
            to=("bob", "carol"), more="Cc: dave@xn--bcher-kva.example, "
            "x@example.org\r\n"))
        self.assertEqual(result["signedBy"], PKI.fingerprint("alice"))
        self.assertIn(b"multipart/signed", signed)
        window, = self.windows()
        self.assertIn("desc=Sign this mail in your name?\\n\\nAsked for by "
                      "the nssmime extension in Firefox.\\n"
                      "Website: https://mail.example\\nCertificate: ", window)
        self.assertIn(address("alice"), window)
        self.assertIn("\\nTo: bob@example.org, carol@example.org\\n"
                      "Cc: dave@xn--bcher-kva.example "
                      "(b\u00fccher.example), x@example.org\\n"
                      "Subject: Hello", window)
        self.assertIn("ok=Sign cancel=Do not sign", window)

    def test_declined(self):
        for answer in ("decline", "cancel"):
            self.start([answer])
            self.assertEqual(self.kind(self.protect), "user-declined")
            self.assertEqual(len(self.windows()), 1)
            self.assertEqual(self.host.close(), 0)
            shutil.rmtree(os.path.join(self.folder, "db"))

    def test_never(self):
        self.start(["confirm"])
        self.assertEqual(self.kind(self.protect, prompt="never"),
                         "password-required")
        self.assertEqual(asked(self.env), [])

    def test_once_for_all_copies(self):
        self.start(["confirm"])
        self.protect(encrypt={}, order="triple-wrap", copyStreams={
            address("carol"): {"stream": self.host.open_output(
                lambda data: None), "credit": 4194304}},
            content=mail(more="Bcc: carol@example.org\r\n"))
        window, = self.windows()
        self.assertIn("\\nBcc: carol@example.org\\n", window)

    def test_not_asked(self):
        """What needs no key, and what may sign without."""
        self.start(signingOrigins=[OTHER])
        self.protect(sign={}, origin=OTHER)
        _, secret = self.host.run("message.protect", {
            "origin": SITE, "encrypt": {"recipients": [address("alice")]}},
            content=mail())
        self.host.run("message.read", {"origin": SITE}, content=secret)
        self.assertEqual(asked(self.env), [])

    def test_nothing_is_asked_in_vain(self):
        """Who cannot sign, or be encrypted to, is told first."""
        self.start(["confirm"])
        self.assertEqual(self.kind(self.protect, mail("nobody")),
                         "certificate-not-found")
        self.assertEqual(self.kind(self.protect, mail(to=("nobody",)),
                                   encrypt={}), "certificate-not-found")
        self.assertEqual(asked(self.env), [])

    def test_many_people(self):
        self.start(["confirm"])
        self.protect(mail(to=["p%d" % i for i in range(40)]))
        window, = self.windows()
        self.assertIn("To: p0@example.org, p1@example.org, p2@example.org and "
                      "37 more\\nSubject: Hello", window)

    def test_hostile_subject(self):
        """What anyone may have written comes last, on one line."""
        self.start(["confirm"])
        text = ("From: alice@example.org\r\nSubject: =?utf-8?q?x=0A=0A"
                "Website:_https://bank.example=E2=80=AE?= %s\r\n"
                "MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nx\r\n" %
                ("y" * 2000))
        self.protect(text.encode())
        window, = self.windows()
        self.assertIn("\\nSubject: x  Website: https://bank.example yyy",
                      window)
        self.assertIn("y\u2026", window)
        self.assertNotIn("\u202e", window)
        self.assertEqual(window.count("\\nWebsite: "), 1)

    def test_entity(self):
        """Of what has no header there is nothing to show."""
        self.start(["confirm"])
        self.protect(b"Content-Type: text/plain\r\nSubject: Hello\r\n\r\nx\r\n",
                     kind="entity", headerProtection="none",
                     sign={"certificate": PKI.fingerprint("alice")})
        window, = self.windows()
        self.assertIn("Certificate: ", window)
        self.assertNotIn("Subject", window)

    def test_changes_count_at_once(self):
        self.start(["confirm", "confirm"])
        self.protect()
        self.assertEqual(self.allow(), entry(sign="allowed"))
        self.protect()
        self.assertEqual(len(self.windows()), 2)
        self.forget()
        self.assertEqual(self.kind(self.protect), "origin-not-allowed")

    def test_thunderbird(self):
        """It works for no website, and is not asked."""
        self.start(caller=THUNDERBIRD)
        self.host.run("message.protect", {"sign": {}}, content=mail())
        self.assertEqual(asked(self.env), [])


@unittest.skipUnless(POLICY_HOST and os.geteuid() == 0,
                     "the administrator's file is root's")
class Policy(OriginCase):
    program = staticmethod(lambda: POLICY_HOST)

    def start(self, policy, answers=(), **settings):
        os.makedirs(os.path.dirname(POLICY), 0o755, exist_ok=True)
        self.policy(policy)
        self.addCleanup(os.unlink, POLICY)
        return super().start(answers, **settings)

    def test_caller(self):
        """The windows say who an extension of the administrator's is."""
        ident = "a" * 32
        self.start({"callers": [ident]}, ["confirm", "decline"],
                   caller=("chrome-extension://%s/" % ident,))
        self.allow()
        for window in self.windows():
            self.assertIn("Asked for by an extension that the administrator "
                          "of this computer allowed.", window)
        self.assertEqual(2, len(self.windows()))

    def policy(self, members):
        with open(POLICY + ".new", "w", encoding="utf-8") as file:
            json.dump(members, file)
        os.chmod(POLICY + ".new", 0o644)
        os.rename(POLICY + ".new", POLICY)

    def test_database(self):
        """Where it is the administrator's choice, nobody is asked."""
        mine = PKI.copy(os.path.join(self.folder, "mine"))
        theirs = PKI.copy(os.path.join(self.folder, "theirs"))
        self.start({"database": "sql:" + theirs}, ["confirm"],
                   database="sql:" + mine)
        candidates = self.host.request("database.candidates", {})
        self.assertEqual(len(candidates), 2)  # and one of ours, to be made
        for candidate in candidates:
            failure = self.failure(self.host.request, "database.use",
                                   {"id": candidate["id"]})
            self.assertEqual(failure.kind, "policy-forbids")
            self.assertIn("policy.json", failure.message)
        self.assertEqual(asked(self.env), [])
        self.assertEqual(self.config()["database"], "sql:" + mine)

    def test_list(self):
        self.start({"origins": [SITE], "signingOrigins": [OTHER]},
                   origins=["https://own.example", OTHER])
        self.listed(entry(source="administrator"),
                    entry(OTHER, "allowed", "administrator"),
                    entry("https://own.example"))
        for origin in (SITE, OTHER, "https://own.example"):
            self.assertTrue(self.may(origin))

    def test_cannot_be_forgotten(self):
        self.start({"origins": [SITE]})
        self.assertEqual(self.kind(self.forget), "policy-forbids")
        self.assertTrue(self.may())

    def test_user_adds(self):
        """To what the administrator allows, and takes that back alone."""
        self.start({"origins": [SITE]}, ["confirm"])
        self.assertEqual(self.allow(), entry(sign="allowed",
                                             source="administrator"))
        self.assertEqual(len(self.windows()), 1)
        self.listed(entry(sign="allowed", source="administrator"))
        self.assertEqual(self.forget(), {})
        self.listed(entry(source="administrator"))
        self.assertEqual(self.kind(self.forget), "policy-forbids")

    def test_no_further(self):
        self.start({"origins": [SITE], "userOrigins": False},
                   ["confirm", "confirm"], origins=[OTHER],
                   signingOrigins=[SITE])
        self.listed(entry(source="administrator"), further=False)
        self.assertFalse(self.may(OTHER))
        self.assertEqual(self.kind(self.allow, OTHER), "policy-forbids")
        self.assertEqual(self.allow(), entry(source="administrator"))
        self.assertEqual(asked(self.env), [])
        failure = self.failure(self.host.request, "certificate.list",
                               {"origin": OTHER})
        self.assertIn("administrator", failure.message)
        # it counts at once, too, and the user's list is still there
        self.policy({})
        self.listed(entry(OTHER), entry(sign="allowed"))


if __name__ == "__main__":
    unittest.main()
