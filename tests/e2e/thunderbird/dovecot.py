# SPDX-License-Identifier: MPL-2.0
"""A dovecot of the test's own: IMAP on the loopback, one password for all,
everything in one folder. Runs as root or as anybody else."""

import ctypes
import getpass
import grp
import imaplib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time

PASSWORD = "static-password"
CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%u
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 0
first_valid_gid = 0
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    auto = subscribe
    special_use = \\Sent
  }}
  mailbox Drafts {{
    auto = subscribe
    special_use = \\Drafts
  }}
  mailbox Trash {{
    auto = subscribe
    special_use = \\Trash
  }}
}}
"""


PR_SET_PDEATHSIG = 1


def die_with_parent():
    """In a child before its program: nothing outlives a test that was
    killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Dovecot:
    def __init__(self, folder):
        program = shutil.which("dovecot", path="/usr/sbin:/sbin:" +
                               os.environ.get("PATH", ""))
        if program is None:
            raise FileNotFoundError("dovecot is not installed")
        self.port = free_port()
        self._folder = folder
        self._users = []
        os.makedirs(os.path.join(folder, "run"))
        # dovecot asks for names, and some parts of it will not be root
        uid, gid = os.getuid(), os.getgid()
        user, group = getpass.getuser(), grp.getgrgid(gid).gr_name
        if uid == 0:
            entry = pwd.getpwnam("nobody")
            user, uid, gid = "nobody", entry.pw_uid, entry.pw_gid
            group = grp.getgrgid(gid).gr_name
            for name in (folder, os.path.join(folder, "run")):
                os.chown(name, uid, gid)
        config = os.path.join(folder, "dovecot.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write(CONFIG.format(folder=folder, port=self.port, user=user,
                                     group=group, uid=uid, gid=gid,
                                     password=PASSWORD))
        self._process = subprocess.Popen([program, "-F", "-c", config],
                                         preexec_fn=die_with_parent)
        self._wait()

    def _wait(self):
        end = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 5).close()
                return
            except OSError:
                if (self._process.poll() is not None or
                        time.monotonic() > end):
                    raise RuntimeError("dovecot did not start: " +
                                       self.log()) from None
                time.sleep(0.05)

    def log(self):
        try:
            with open(os.path.join(self._folder, "log"),
                      encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def login(self, user):
        client = imaplib.IMAP4("127.0.0.1", self.port)
        client.login(user, PASSWORD)
        return client

    def append(self, user, mail, folder="INBOX"):
        with self.login(user) as client:
            status, answer = client.append(folder, None, None, mail)
            if status != "OK":
                raise RuntimeError(repr(answer))

    def messages(self, user, folder="INBOX"):
        """All of a folder, as it is on the server."""
        with self.login(user) as client:
            if client.select(folder, readonly=True)[0] != "OK":
                return []
            _, numbers = client.search(None, "ALL")
            return [client.fetch(number, "(BODY.PEEK[])")[1][0][1]
                    for number in numbers[0].split()]

    def stop(self):
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
