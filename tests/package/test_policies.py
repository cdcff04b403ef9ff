# SPDX-License-Identifier: MPL-2.0
"""packaging/policies: that the schema of policy.json says what the program
does, that the templates are in order, and that docs/administrators.md and the
manual page explain every setting."""

import json
import os
import re
import shutil
import subprocess
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
POLICIES = os.path.join(ROOT, "packaging", "policies")
# The program, with an administrator's file of this test's own.
PROGRAM = os.environ["NSSMIME_POLICY_HOST"]
ETC = os.environ["NSSMIME_POLICY_FOLDER"]

CHROMIUM = "gejigdcljmkinaiihdaffecocdjoloci"
# Of each setting: values that are taken, and values that are refused.
VALUES = {
    "origins": (
        [[], ["https://mail.example.org"], ["https://a.example:8443"],
         ["http://localhost:8080"], ["http://127.0.0.1"]],
        [["http://mail.example.org"], ["https://a.example/x"], [1], "x", {},
         ["https://user@a.example"], ["mail.example.org"]]),
    "signingOrigins": (
        [[], ["https://mail.example.org"]],
        [["http://mail.example.org"], "https://mail.example.org"]),
    "userOrigins": ([True, False], ["false", 0]),
    "callers": ([[], ["abc"]], [[""], "abc", [1]]),
    "database": (["sql:/x"], ["/x", "sql:x", "dbm:/x", 1]),
    "pinentry": (["pinentry-qt", "/usr/bin/pinentry"], ["", "a/b", True]),
    "lockMinutes": ([0, 15, 10080], [-1, 10081, "15", 1.5]),
    "log": (["error", "warning", "info", "debug"], ["loud", 1]),
    "maxDecompressed": ([1, 9007199254740991], [0, 9007199254740992, "1"]),
    "signatureScheme": (["pkcs1", "pss"], ["PSS", 1]),
    "keyManagement": (["rsa-pkcs1", "rsa-oaep"], ["oaep", 1]),
    "revocation": (["off", "soft", "hard"], ["on", True]),
    "ocspNonce": ([True, False], ["true", 1]),
    "fetchNetworks": (
        [[], ["10.0.0.0/8"], ["fd00::/8", "192.168.1.0/24"]],
        [["10.0.0.0"], ["example.org/8"], "10.0.0.0/8", [8]]),
    "fetchProxy": (
        ["http://proxy.example.org:3128", "http://[fd00::1]:80"],
        ["https://proxy.example.org:3128", "proxy:3128",
         "http://proxy.example.org", "http://user:x@proxy.example.org:1"]),
    "timestampAuthority": (
        ["http://tsa.example.org", "https://tsa.example.org/x?y"],
        ["ftp://tsa.example.org", "http://", "http:///x", 1]),
    "owaTrace": ([True, False], ["yes"]),
    "owa": (
        [{}, {"allowedDomains": []}, {"OWAAlwaysSign": True},
         {"OWAAlwaysSign": None}, {"OWABCCEncryptedEmailForking": 2},
         {"OWAEncryptionAlgorithms": "6610;660F"}],
        [[], True, {"OWAAlwaysSign": "perhaps"},
         {"OWABCCEncryptedEmailForking": 3}, {"allowedDomains": [""]},
         {"allowedDomains": "mail.example.org"},
         {"OWASigningAlgorithms": 5}]),
}


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def no_twice(pairs):
    """json would take the last of two members silently."""
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a member is there twice")
    return dict(pairs)


def policy(*path):
    return json.loads(read(POLICIES, *path), object_pairs_hook=no_twice)


SCHEMA = policy("policy.schema.json")
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool,
         "integer": int, "null": type(None)}
KNOWN = {"$schema", "$ref", "$defs", "title", "description", "examples",
         "default", "type", "enum", "pattern", "minimum", "maximum",
         "minLength", "maxLength", "items", "maxItems", "properties",
         "additionalProperties"}


def is_of(value, name):
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, TYPES[name])


def same(value, other):
    """As JSON has it: 1 is not true."""
    return type(value) is type(other) and value == other


def fits(value, schema):
    """Whether the schema takes the value; of JSON schema, what is used here."""
    if set(schema) - KNOWN:
        raise ValueError("what is %s" % sorted(set(schema) - KNOWN))
    if "$ref" in schema:
        return fits(value, SCHEMA["$defs"][schema["$ref"].split("/")[-1]])
    if "enum" in schema:
        return any(same(value, one) for one in schema["enum"])
    kinds = schema["type"]
    if not any(is_of(value, kind) for kind in
               ([kinds] if isinstance(kinds, str) else kinds)):
        return False
    if isinstance(value, str):
        return (schema.get("minLength", 0) <= len(value)
                <= schema.get("maxLength", len(value))
                and re.search(schema.get("pattern", ""), value) is not None)
    if isinstance(value, list):
        return len(value) <= schema.get("maxItems", len(value)) and all(
            fits(item, schema["items"]) for item in value)
    if isinstance(value, dict):
        known = schema["properties"]
        return all(fits(item, known[name]) if name in known
                   else schema["additionalProperties"]
                   for name, item in value.items())
    if isinstance(value, int) and not isinstance(value, bool):
        return schema.get("minimum", value) <= value <= schema.get(
            "maximum", value)
    return True


class PolicyOfTheHost(unittest.TestCase):
    """Tried on the program itself: its doctor reads the file as it does."""

    @classmethod
    def setUpClass(cls):
        cls.folder = os.path.join(ETC, "nssmime")
        cls.addClassCleanup(shutil.rmtree, ETC, ignore_errors=True)
        cls.home = os.path.join(ETC, "home")
        for path in (cls.folder, cls.home):
            os.makedirs(path, mode=0o755, exist_ok=True)

    def complaint(self, content):
        """What the program says of it; None: it takes it."""
        path = os.path.join(self.folder, "policy.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(content, file)
        os.chmod(path, 0o644)
        # what is not root's does not count
        root = [] if os.geteuid() == 0 else ["unshare", "--map-root-user"]
        done = subprocess.run(
            [*root, PROGRAM, "doctor", "--json"], check=False,
            stdout=subprocess.PIPE,
            env={"HOME": self.home, "PATH": os.environ["PATH"]})
        (finding,) = [each for each in json.loads(done.stdout)["findings"]
                      if (each["check"], each["id"]) == ("settings", "policy")]
        return None if finding["level"] == "ok" else finding["sentence"]

    def test_values(self):
        self.assertEqual(sorted(SCHEMA["properties"]), sorted(VALUES))
        for name, (good, bad) in VALUES.items():
            for value in good:
                with self.subTest(name, value=value):
                    self.assertTrue(fits({name: value}, SCHEMA))
                    self.assertIsNone(self.complaint({name: value}))
            for value in bad:
                with self.subTest(name, value=value):
                    self.assertFalse(fits({name: value}, SCHEMA))
                    self.assertIn(name, self.complaint({name: value}) or "")

    def test_bounds(self):
        for name, item in (("origins", "https://a.example"),
                           ("signingOrigins", "https://a.example"),
                           ("callers", "a"), ("fetchNetworks", "10.0.0.0/8")):
            most = SCHEMA["properties"][name]["maxItems"]
            self.assertIsNone(self.complaint({name: [item] * most}))
            self.assertIn(name, self.complaint({name: [item] * (most + 1)}))

    def test_unknown_member(self):
        self.assertFalse(fits({"colour": 1}, SCHEMA))
        self.assertIn("colour", self.complaint({"colour": 1}))

    def test_every_name_for_outlook_is_known(self):
        for name in SCHEMA["properties"]["owa"]["properties"]:
            value = [] if name == "allowedDomains" else None
            self.assertIsNone(self.complaint({"owa": {name: value}}))
        # those that it does something by, before `others`; one is in two pieces
        source = read("host", "owa", "policy.c").split("others[]")[0]
        source = re.sub(r'"\s*"', "", source[source.index("switches["):])
        names = {"OWA" + name for name in re.findall(r'"(\w+)"', source)}
        self.assertGreater(len(names), 10)
        self.assertLessEqual(
            names, set(SCHEMA["properties"]["owa"]["properties"]))

    def test_the_program_has_no_other_settings(self):
        table = read("host", "settings_member.c")
        table = table[table.index("} members[] = {"):]
        table = table[:table.index("};")]
        macros = dict(re.findall(r'#define (HOST_SETTING_\w+)\s+"(\w+)"',
                                 read("host", "settings_member.h")))
        names = [macros.get(word, word.strip('"'))
                 for word in re.findall(r'\{ ("?\w+"?),', table)]
        self.assertEqual(sorted(names), sorted(SCHEMA["properties"]))

    def test_example(self):
        example = policy("host", "policy.json")
        self.assertEqual(sorted(SCHEMA["properties"]), sorted(example))
        self.assertTrue(fits(example, SCHEMA))
        self.assertIsNone(self.complaint(example))
        for name, value in example.items():
            self.assertEqual([value], SCHEMA["properties"][name]["examples"])


class Schema(unittest.TestCase):
    def test_every_setting_is_described_and_its_default_fits(self):
        for name, schema in SCHEMA["properties"].items():
            self.assertTrue(schema["description"].endswith("."), name)
            for value in [*schema["examples"],
                          *([schema["default"]] if "default" in schema
                            else [])]:
                self.assertTrue(fits(value, schema), name)
        for name, schema in SCHEMA["properties"]["owa"]["properties"].items():
            self.assertTrue(schema["description"].endswith("."), name)

    def test_every_setting_is_documented(self):
        page = read("docs", "administrators.md")
        manual = read("packaging", "man", "nssmime-host.1")
        for name in SCHEMA["properties"]:
            self.assertRegex(page, r"(?m)^\| `%s` \|" % name)
            if not name.startswith("owa"):
                self.assertIn(".It Cm %s\n" % name, manual)


class Templates(unittest.TestCase):
    def test_chromium(self):
        template = policy("chromium", "nssmime.json")
        self.assertEqual(
            {"ExtensionInstallForcelist", "NativeMessagingAllowlist",
             "NativeMessagingUserLevelHosts", "3rdparty"}, set(template))
        (entry,) = template["ExtensionInstallForcelist"]
        name, _, url = entry.partition(";")
        self.assertEqual(CHROMIUM, name)
        self.assertTrue(url.startswith("https://"))
        self.assertEqual(["nssmime"], template["NativeMessagingAllowlist"])
        self.assertIs(False, template["NativeMessagingUserLevelHosts"])
        (name, managed), = template["3rdparty"]["extensions"].items()
        self.assertEqual(CHROMIUM, name)
        self.managed(managed)

    def managed(self, values):
        """What the extension knows of an administrator's suggestions."""
        schema = json.loads(read("webext", "webmail", "managed-schema.json"))
        self.assertEqual(set(schema["properties"]), set(values))
        self.assertTrue(fits({"origins": values["origins"]}, SCHEMA))

    def mozilla(self, program, name):
        template = policy(program, "policies.json")
        self.assertEqual({"policies"}, set(template))
        settings = template["policies"]["ExtensionSettings"]
        self.assertEqual({name}, set(settings))
        self.assertEqual("force_installed",
                         settings[name]["installation_mode"])
        self.assertRegex(settings[name]["install_url"], r"^https://.*\.xpi$")
        self.assertLessEqual(set(settings[name]), {
            "installation_mode", "install_url", "default_area"})
        manifest = json.loads(read("manifest", "mozilla.json.in"))
        self.assertIn(name, manifest["allowed_extensions"])
        return template["policies"]

    def test_firefox(self):
        policies = self.mozilla("firefox", "webmail@nssmime")
        self.assertEqual({"ExtensionSettings", "3rdparty"}, set(policies))
        (name, managed), = policies["3rdparty"]["Extensions"].items()
        self.assertEqual("webmail@nssmime", name)
        self.managed(managed)

    def test_thunderbird(self):
        policies = self.mozilla("thunderbird", "thunderbird@nssmime")
        self.assertEqual({"ExtensionSettings"}, set(policies))

    def test_nothing_else_lies_there(self):
        found = sorted(os.path.relpath(os.path.join(at, name), POLICIES)
                       for at, _, names in os.walk(POLICIES) for name in names)
        self.assertEqual(
            ["chromium/nssmime.json", "firefox/policies.json",
             "host/policy.json", "policy.schema.json",
             "thunderbird/policies.json"], found)


if __name__ == "__main__":
    unittest.main()
