# SPDX-License-Identifier: MPL-2.0
"""Requests and results in parts: how they are cut, lost, doubled and mixed."""

import json
import unittest

from owa_case import INITIALIZE, READ, OwaCase, Extension, der, uri
from extension import BES, EDGE_ID, units

# one unit of UTF-16, two, three bytes, none of ASCII, and all that is escaped
ODD = "a\u00e4\u20ac\U0001f600\"\\\n\t\u2028\x7f/\U0010ffff"
VERSION = "1.22.333"


class Parts(OwaCase):
    def small(self, **more):
        return json.dumps(dict({"__type": INITIALIZE,
                                "OwaControlVersion": VERSION}, **more),
                          ensure_ascii=False)

    def initialized(self, answer):
        self.assertEqual(self.data(answer)["Version"], VERSION)

    def test_every_size(self):
        text = self.small(Settings=json.dumps({"x": ODD}, ensure_ascii=False))
        for size in [*range(1, 40), 1000, 99999, 100000]:
            with self.subTest(size=size):
                self.initialized(self.owa.ask_text(text, size=size, part=size))

    def test_cut_everywhere(self):
        """A mail whose text has everything that can be cut in two, in two
        parts that are cut at each place."""
        entity = ("Content-Type: text/plain; charset=utf-8\r\n\r\n" +
                  ODD.replace("\n", " ") + "\r\n").encode()
        smime = uri(self.cms_sign("alice", entity), "multipart/signed")
        mail = {"__type": READ, "Smime": smime}
        whole = self.owa.ask_text(json.dumps(mail))
        body = self.data(whole)["NormalizedBody"]["Value"]
        self.assertEqual(body, ODD.replace("\n", " ") + "\r\n")
        # the request's own text, and escapes in it
        text = '{"__type":"%s","Settings":"%s","OwaControlVersion":"%s"}' % (
            INITIALIZE, ODD.replace("\\", r"\\").replace('"', r'\"').replace(
                "\n", r"\n").replace("\t", r"\t").replace(
                    "\U0001f600", r"\ud83d\ude00"), VERSION)
        for at in range(1, units(text)):
            wide = text.encode("utf-16-le", "surrogatepass")
            self.owa.send_part(
                wide[:2 * at].decode("utf-16-le", "surrogatepass"), 0, False)
            ack = self.owa.answered("UploadPartialRequest", 7, 1)
            self.assertEqual(ack["NextStartOffset"], at)
            self.owa.send_part(
                wide[2 * at:].decode("utf-16-le", "surrogatepass"), at, True)
            self.assertEqual(
                self.owa.answered("UploadPartialRequest", 7, 1)["Status"], 1)
            self.initialized(json.loads(self.owa.fetch()))

    def test_halves_of_characters(self):
        """A half that stays alone spoils itself, not the request."""
        for value in ("\ud83d", "\ude00", "\ud83dx", "\ude00\ud83d",
                      "\ud83d\ud83d\ude00"):
            text = '{"__type":"%s","x":"%s","OwaControlVersion":"%s"}' % (
                INITIALIZE, value, VERSION)
            self.initialized(self.owa.ask_text(text, size=1))
        # the last unit of all
        self.owa.send_part("{}\ud83d", 0, True)
        self.owa.answered("UploadPartialRequest", 7, 1)
        self.assertEqual(self.code(json.loads(self.owa.fetch())), 11)

    def test_raw_utf8(self):
        text = json.dumps(self.owa.envelope("UploadPartialRequest", 7, 1, {
            "StartOffset": 0, "IsLastPart": False, "PartialData": ODD}),
            ensure_ascii=False)
        self.owa.send_text(text.encode())
        ack = self.owa.answered("UploadPartialRequest", 7, 1)
        self.assertEqual(ack["NextStartOffset"], units(ODD))
        self.owa.send_part("", units(ODD), True)
        self.owa.answered("UploadPartialRequest", 7, 1)
        self.assertEqual(self.code(json.loads(self.owa.fetch())), 11)

    def test_parts_of_a_result(self):
        """Each fetch has one answer, whose size is what was asked for, or as
        much as fits where that is no size."""
        smime = uri(self.cms_sign("alice", (
            b"Content-Type: application/octet-stream\r\n"
            b"Content-Transfer-Encoding: base64\r\n\r\n" +
            b"QUJD\r\n" * 40000)), "multipart/signed")
        for size, most in ((1000, 1000), (99999, 99999), (100000, 100000),
                           (100001, 100000), (10 ** 9, 100000), (0, 100000),
                           (None, 100000), (-1, 100000), ("5", 100000),
                           (1.5, 100000), ([], 100000)):
            with self.subTest(size=size):
                self.owa.upload(json.dumps({"__type": READ, "Smime": smime}))
                self.owa.send_fetch(size)
                part = self.owa.answered("DownloadPartialResult", 7, 1)
                self.assertEqual(len(part["PartialData"]), most)
                self.assertEqual(part["EndOffset"], most)
                self.assertFalse(part["IsLastPart"])

    def test_repeated_parts(self):
        """A part that comes twice is answered twice and counts once."""
        text = self.small(x=ODD)
        half = len(text) // 2
        for _ in range(2):
            self.owa.send_part(text[:half], 0, False)
            ack = self.owa.answered("UploadPartialRequest", 7, 1)
            self.assertEqual((ack["PartIndex"], ack["StartOffset"],
                              ack["NextStartOffset"], ack["Status"]),
                             (0, 0, half, 0))
        self.owa.send_part(text[half:], half, True)
        self.assertEqual(
            self.owa.answered("UploadPartialRequest", 7, 1)["Status"], 1)
        # the last one again: it is there already
        self.owa.send_part(text[half:], half, True)
        self.assertEqual(
            self.owa.answered("UploadPartialRequest", 7, 1)["Status"], 1)
        self.initialized(json.loads(self.owa.fetch()))

    def test_parts_out_of_order(self):
        text = self.small()
        cases = (
            ((0, 10), (20, 30), (10, 20)),  # one overtakes another
            ((10, 20), (20, 30)),           # the first is missing
            ((0, 10), (15, 30)),            # a gap
            ((0, 20), (10, 30)),            # an overlap
        )
        for case in cases:
            with self.subTest(case=case):
                request = self.owa.number()
                for start, end in case:
                    self.owa.send_part(text[start:end], start, False,
                                       request=request)
                    ack = self.owa.answered("UploadPartialRequest", 7,
                                            request)
                    self.assertEqual(ack["NextStartOffset"], end)
                self.owa.send_part(text[30:], 30, True, request=request)
                ack = self.owa.answered("UploadPartialRequest", 7, request)
                self.assertEqual(ack["Status"], 1)
                self.assertEqual(self.code(json.loads(
                    self.owa.fetch(request=request))), 59)

    def test_begun_again(self):
        """A first part that is another one begins a new request."""
        self.owa.send_part('{"__type":"Nothing', 0, False)
        self.owa.answered("UploadPartialRequest", 7, 1)
        self.initialized(self.owa.ask_text(self.small(), request=1))
        # also where a result waits that nobody has fetched
        self.owa.upload("{}")
        self.initialized(self.owa.ask_text(self.small(), request=1))

    def test_without_offsets(self):
        """What is not known for certain is not insisted on."""
        text = self.small()
        for index, (piece, last) in enumerate(((text[:9], False),
                                               (text[9:], True))):
            self.owa.send(self.owa.envelope("UploadPartialRequest", 7, 1, {
                "PartialData": piece, "IsLastPart": last, "Other": [{}]}))
            ack = self.owa.answered("UploadPartialRequest", 7, 1)
            if not last:
                self.assertEqual(
                    (ack["PartIndex"], ack["NextStartOffset"]), (index, 9))
        self.initialized(json.loads(self.owa.fetch()))

    def test_fetched_twice_or_never(self):
        self.initialized(self.owa.ask_text(self.small(), request=1))
        for request in (1, 4711):
            self.owa.send_fetch(request=request)
            part = self.owa.answered("DownloadPartialResult", 7, request)
            self.assertTrue(part["IsLastPart"])
            self.assertEqual(json.loads(part["PartialData"]),
                             {"Data": None, "ErrorCode": 11})
        # before all of it has come
        self.owa.send_part("{", 0, False, request=5)
        self.owa.answered("UploadPartialRequest", 7, 5)
        self.owa.send_fetch(request=5)
        part = self.owa.answered("DownloadPartialResult", 7, 5)
        self.assertEqual(json.loads(part["PartialData"])["ErrorCode"], 11)
        # so many that nobody fetches: the newest are there, all else goes on
        for request in range(100, 300):
            self.owa.upload(self.small(), request=request)
        self.initialized(json.loads(self.owa.fetch(request=299)))
        self.owa.send_fetch(request=100)
        part = self.owa.answered("DownloadPartialResult", 7, 100)
        self.assertEqual(json.loads(part["PartialData"])["ErrorCode"], 11)

    def test_too_many_begun(self):
        """No end of requests that never come whole: those that are begun keep
        their place, and the others are answered."""
        owa = self.begin()
        for request in range(80):
            owa.send_part(self.small()[:-1], 0, False, request=request)
            owa.answered("UploadPartialRequest", 7, request)
        start = len(self.small()) - 1
        for request, good in ((0, True), (63, True), (64, False), (79, False)):
            owa.send_part("}", start, True, request=request)
            ack = owa.answered("UploadPartialRequest", 7, request)
            self.assertEqual(ack["Status"], 1)
            answer = json.loads(owa.fetch(request=request))
            if good:
                self.initialized(answer)
            else:
                self.assertIn(self.code(answer), (11, 59))

    def test_keys(self):
        """A request is its port's and its own, whatever those are."""
        for port in (None, 0, 7, -1, "a", "a\"\u00e4", 1.5, True, [1],
                     {"x": 1}):
            for request in (0, -1, "r", 2.25, False):
                with self.subTest(port=port, request=request):
                    self.initialized(self.owa.ask_text(
                        self.small(), port=port, request=request))
        # what is too long to be kept is not given back
        frame = self.owa.envelope("DownloadPartialResult", "p" * 300, 1, {})
        self.owa.send(frame)
        self.owa.answered("DownloadPartialResult", None, 1)

    def test_two_ports_at_once(self):
        """The same numbers on two ports, part by part in turns: nobody gets
        what is another's."""
        mails = {}
        for port, name in ((1, "alice"), (2, "bob"), (None, "carol")):
            mails[port] = json.dumps({"__type": READ, "Smime": uri(
                self.cms_sign(name, b"Content-Type: text/plain\r\n\r\n" +
                              name.encode()), "multipart/signed")})
        pieces = {port: [text[at:at + 997] for at in range(
            0, len(text), 997)] for port, text in mails.items()}
        for index in range(max(map(len, pieces.values()))):
            for port, texts in pieces.items():
                if index < len(texts):
                    self.owa.send_part(texts[index], 997 * index,
                                       index == len(texts) - 1, port, 1)
                    self.owa.answered("UploadPartialRequest", port, 1)
        results = {port: "" for port in mails}
        waiting = set(mails)
        while waiting:
            for port in list(waiting):
                self.owa.send_fetch(500, port, 1)
                part = self.owa.answered("DownloadPartialResult", port, 1)
                results[port] += part["PartialData"]
                if part["IsLastPart"]:
                    waiting.remove(port)
        for port, name in ((1, "alice"), (2, "bob"), (None, "carol")):
            data = self.data(json.loads(results[port]))
            self.assertEqual(data["NormalizedBody"]["Value"], name)
            self.assertIn(name, data["SmimeSignature"]["CertIssuedTo"])

    def test_the_store_extension(self):
        owa = Extension(self.env, ident=EDGE_ID)
        self.initialized(owa.ask_text(self.small()))
        self.assertEqual(owa.close(), 0)


class Large(OwaCase):
    def test_64_mib(self):
        """A frame of 64 MiB is taken; with one byte more it is answered."""
        for more, code in ((0, 11), (1, 52)):
            frame = self.owa.envelope("UploadPartialRequest", 7, 1 + more, {
                "StartOffset": 0, "IsLastPart": True, "PartialData": "@"})
            head, tail = json.dumps(frame).split("@")
            room = 64 * 1024 * 1024 + more - len(head) - len(tail)
            self.owa.send_text(b"%s%s%s" % (head.encode(), b"x" * room,
                                            tail.encode()))
            ack = self.owa.answered("UploadPartialRequest", 7, 1 + more)
            self.assertEqual(ack["Status"], 1)
            self.assertEqual(self.code(json.loads(
                self.owa.fetch(request=1 + more))), code)

    def test_more_than_a_request_may_be(self):
        piece = "x" * (16 * 1024 * 1024)
        for index in range(7):
            self.owa.send_part(piece, index * len(piece), index == 6,
                               request=9)
            ack = self.owa.answered("UploadPartialRequest", 7, 9)
            self.assertEqual(ack["Status"], 1 if index == 6 else 0)
        self.assertEqual(self.code(json.loads(
            self.owa.fetch(request=9))), 52)

    def test_a_large_mail(self):
        """64 MiB of mail in base64, there and back."""
        content = (b"Content-Type: application/octet-stream\r\n"
                   b"Content-Transfer-Encoding: base64\r\n\r\n" +
                   (b"QUJD" * 19 + b"\r\n") * (46 * 1024 * 1024 // 78))
        smime = uri(der(self.cms_encrypt(["bob"], content)))
        self.assertGreater(len(smime), 61 * 1024 * 1024)
        data = self.read_message(smime, size=16 * 1024 * 1024, timeout=300)
        attachment, = data["Attachments"]
        self.assertEqual(attachment["Size"],
                         46 * 1024 * 1024 // 78 * 57)

    def test_end_in_the_middle(self):
        """The end of input ends the host, wherever it comes."""
        text = json.dumps({"__type": READ, "Smime": uri(
            self.cms_sign("alice"), "multipart/signed")})
        owa = self.begin()
        owa.send_part(text[:100], 0, False)
        owa.answered("UploadPartialRequest", 7, 1)
        self.assertEqual(owa.close(), 0)
        owa = self.begin()
        frame = json.dumps(owa.envelope("UploadPartialRequest", 7, 1, {
            "StartOffset": 0, "PartialData": text})).encode()
        owa.process.stdin.write(len(frame).to_bytes(4, "little") +
                                frame[:500])
        owa.process.stdin.flush()
        self.assertEqual(owa.close(), 0)
        owa = self.begin()
        owa.send_part(text, 0, True)
        self.assertEqual(owa.close(), 0)
        owa = self.begin()
        owa.upload(text)
        owa.send_fetch(10)
        owa.answered("DownloadPartialResult", 7, 1)
        self.assertEqual(owa.close(), 0)


class Frames(OwaCase):
    def unknown(self, text):
        self.owa.send_text(text if isinstance(text, bytes) else text.encode())
        frame = self.owa.receive()
        self.assertEqual(frame["data"], {"Data": None, "ErrorCode": 11})
        return frame

    def test_settings(self):
        self.assertEqual(self.owa.settings(), {"AllowedDomainsByPolicy": []})
        # in whatever order, with whatever else
        self.owa.send_text(b' { "x": [1, {"y": null}], "data": 5,'
                           b'"messageType":"GetSettings" } ')
        self.assertEqual(self.owa.receive(), {"AllowedDomainsByPolicy": []})

    def test_never_silence(self):
        for text in ("", " ", "x", "{", "[]", "null", "5", '"GetSettings"',
                     "{}", '{"messageType":5}', '{"messageType":"X"',
                     '{"messageType":"GetSettings"}x', "{'a':1}",
                     "[" * 100 + "]" * 100, '{"a":"\\x"}', '{"a":01}',
                     '{"a":1.}', '{"a":tru}', '{"a":"\n"}', '{"a" 1}',
                     '{,}', '{"a":1,}', '[1,]', '{"a":}', '{"a":"\\u12"}',
                     b"\xff\xfe", "[" + "1," * 200000 + "1]"):
            with self.subTest(text=text[:40]):
                self.assertEqual(set(self.unknown(text)), {"data"})
        frame = self.unknown(json.dumps(
            {"messageType": "Dispose", "portId": 3, "requestId": "x"}))
        self.assertEqual((frame["messageType"], frame["portId"],
                          frame["requestId"]), ("Dispose", 3, "x"))
        for data in (None, 5, "x", [], {}):
            self.owa.send({"messageType": "UploadPartialRequest",
                           "requestId": 1, "data": data})
            self.assertEqual(self.owa.receive()["data"]["Status"], 0)
        self.owa.send({"messageType": "DownloadPartialResult", "data": None})
        frame = self.owa.receive()
        self.assertEqual(frame["messageType"], "DownloadPartialResult")

    def test_unknown_requests(self):
        for text in ("", "x", "null", "[]", '{"__type":5}',
                     '{"__type":"Other%s"}' % BES, '{"__type":""}',
                     '{"__type":"InitializeParamsX%s"}' % BES, "{}{}",
                     '{"Smime":"x"}', "[" * 40 + "]" * 40):
            with self.subTest(text=text):
                self.assertEqual(self.owa.ask_text(text), {
                    "Data": None, "ErrorCode": 11})

    def test_requests_with_other_members(self):
        for text in ('{"__type":"InitializeParams"}',
                     '{"x":{"__type":"y"},"__type":"InitializeParams%s",'
                     '"Settings":null}' % BES,
                     '{"__type":"InitializeParams%s","Settings":[]}' % BES):
            self.assertEqual(self.owa.ask_text(text)["ErrorCode"], 0)
        answer = self.owa.ask_text(
            '{"__type":"InitializeParams%s","Settings":"{"}' % BES)
        self.assertEqual(answer["Notes"], ["settings-not-understood"])
        self.assertEqual(answer["ErrorCode"], 0)

    def test_the_version(self):
        def version(value):
            return self.owa.ask(INITIALIZE, OwaControlVersion=value)[
                "Data"]["Version"]
        self.assertEqual(version("4.0800.20.19.814.2"), "4.0800.20.19.814.2")
        usual = version(None)
        for other in ("", "1<2", "x", 5, "1" * 100):
            self.assertEqual(version(other), usual)
        answer = self.owa.initialize(OwaControlVersion="9.9")
        self.assertEqual(answer["Data"], {
            "__type": "SmimeControlCapabilities:#Microsoft.Exchange.Clients."
                      "Smime", "SupportsAsyncMethods": True, "Version": "9.9"})


class Meanwhile(OwaCase):
    """Requests while another one waits for its user."""

    def test_others_go_on(self):
        """One waits for a password; another tab's is answered, and a fetch
        that comes too early is answered when there is something."""
        owa = self.begin(database=self.locked(),
                         answers=["wait 1", "pin secret"])
        smime = uri(der(self.cms_encrypt(["bob"])))
        owa.send_part(json.dumps({"__type": READ, "Smime": smime}), 0, True,
                      port=1)
        owa.send_fetch(port=1)
        owa.send_fetch(port=1)
        self.assertEqual(owa.initialize(port=2)["ErrorCode"], 0)
        ack = owa.answered("UploadPartialRequest", 1, 1)
        self.assertEqual(ack["Status"], 1)
        part = owa.answered("DownloadPartialResult", 1, 1)
        self.assertTrue(part["IsLastPart"])
        self.assertEqual(json.loads(part["PartialData"])["ErrorCode"], 0)
        part = owa.answered("DownloadPartialResult", 1, 1)
        self.assertEqual(json.loads(part["PartialData"])["ErrorCode"], 11)

    def test_begun_again_meanwhile(self):
        """The page starts over while the first one is still at it."""
        owa = self.begin(database=self.locked(), answers=[
            "wait 1", "pin secret", "pin secret"])
        text = json.dumps({"__type": READ, "Smime": uri(
            der(self.cms_encrypt(["bob"])))})
        owa.send_part(text, 0, True)
        self.assertTrue(owa.quiet())
        owa.send_part(text, 0, True)
        for _ in range(2):
            ack = owa.answered("UploadPartialRequest", 7, 1)
            self.assertEqual(ack["Status"], 1)
        self.assertEqual(json.loads(owa.fetch())["ErrorCode"], 0)


if __name__ == "__main__":
    unittest.main()
