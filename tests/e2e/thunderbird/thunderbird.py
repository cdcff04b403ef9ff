# SPDX-License-Identifier: MPL-2.0
"""The real Thunderbird in a home folder of its own: a profile with an IMAP
account and an outgoing server, the profile's own certificate database, the
host's manifest, and the add-on."""

import json
import os
import shutil
import signal
import subprocess
import time

import dovecot
from marionette import Marionette

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
SUPPORT = os.path.join(ROOT, "tests", "support")
NO_HTTP = "127.0.0.1:9"

COMMON = {
    "app.update.enabled": False,
    "browser.dom.window.dump.enabled": True,
    "datareporting.policy.dataSubmissionEnabled": False,
    "datareporting.policy.dataSubmissionPolicyBypassNotification": True,
    "devtools.console.stdout.chrome": True,
    "extensions.autoDisableScopes": 0,
    "extensions.update.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "intl.accept_languages": "en-US",
    "mail.biff.show_alert": False,
    "mail.compose.default_to_paragraph": True,
    "mail.compose.autosave": False,
    "mail.compose.warn_public_recipients.aggressive": False,
    "mail.provider.suppress_dialog_on_startup": True,
    "mail.rights.version": 1,
    "mail.shell.checkDefaultClient": False,
    "mail.spotlight.firstRunDone": True,
    "mail.SpellCheckBeforeSend": False,
    "mail.warn_on_send_accel_key": False,
    "mail.warn_on_shortcut_send": False,
    "mail.inappnotifications.enabled": False,
    "mailnews.message_warning_size": 0,
    "mailnews.start_page.enabled": False,
    "mailnews.start_page_override.mstone": "ignore",
    "mailnews.mark_message_read.auto": False,
    "mailnews.database.global.indexer.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.enabled": False,
    "ui.prefersReducedMotion": 1,
}


def account(user, imap, smtp):
    folders = "imap://%s@127.0.0.1/" % user.replace("@", "%40")
    return {
        "mail.accountmanager.accounts": "account1",
        "mail.accountmanager.defaultaccount": "account1",
        "mail.account.account1.identities": "id1",
        "mail.account.account1.server": "server1",
        "mail.server.server1.type": "imap",
        "mail.server.server1.hostname": "127.0.0.1",
        "mail.server.server1.port": imap,
        "mail.server.server1.userName": user,
        "mail.server.server1.name": user,
        "mail.server.server1.authMethod": 3,
        "mail.server.server1.socketType": 0,
        "mail.server.server1.login_at_startup": False,
        "mail.server.server1.check_new_mail": False,
        "mail.identity.id1.useremail": user,
        "mail.identity.id1.fullName": user.partition("@")[0].capitalize(),
        "mail.identity.id1.valid": True,
        "mail.identity.id1.smtpServer": "smtp1",
        "mail.identity.id1.fcc": True,
        "mail.identity.id1.fcc_folder": folders + "Sent",
        "mail.identity.id1.draft_folder": folders + "Drafts",
        "mail.identity.id1.fcc_folder_picker_mode": "1",
        "mail.identity.id1.drafts_folder_picker_mode": "1",
        "mail.smtpservers": "smtp1",
        "mail.smtp.defaultserver": "smtp1",
        "mail.smtpserver.smtp1.hostname": "127.0.0.1",
        "mail.smtpserver.smtp1.port": smtp,
        "mail.smtpserver.smtp1.authMethod": 1,
        "mail.smtpserver.smtp1.try_ssl": 0,
    }


def write_prefs(profile, prefs):
    with open(os.path.join(profile, "user.js"), "w",
              encoding="utf-8") as file:
        for name, value in prefs.items():
            file.write("user_pref(%s, %s);\n" % (json.dumps(name),
                                                 json.dumps(value)))


class Thunderbird:
    """`database`: a folder with cert9.db and key4.db, for the profile.
    `addon` is installed once it runs, and is exempt from what is blocked;
    `addons`, by their ids, lie in the profile before."""

    def __init__(self, folder, user, imap, smtp, database, host, addon,
                 prefs=None, settings=None, addons=None):
        self.folder = folder
        self.user = user
        self.home = os.path.join(folder, "home")
        self.profile = os.path.join(self.home, ".thunderbird", "tests.default")
        self.temporary = os.path.join(folder, "tmp")
        self.answers = os.path.join(folder, "answers")
        self._addon = addon
        self._process = None
        self._log = None
        os.makedirs(self.profile)
        os.mkdir(self.temporary)
        for name in ("cert9.db", "key4.db", "pkcs11.txt"):
            shutil.copy(os.path.join(database, name), self.profile)
        if addons:
            os.mkdir(os.path.join(self.profile, "extensions"))
        for ident, path in (addons or {}).items():
            shutil.copy(path, os.path.join(self.profile, "extensions",
                                           ident + ".xpi"))
        with open(os.path.join(self.profile, "..", "profiles.ini"), "w",
                  encoding="utf-8") as file:
            file.write("[Profile0]\nName=tests\nIsRelative=1\n"
                       "Path=tests.default\nDefault=1\n\n"
                       "[General]\nStartWithLastProfile=1\nVersion=2\n")
        self._port = dovecot.free_port()
        write_prefs(self.profile, {
            **COMMON, **account(user, imap, smtp),
            "marionette.port": self._port,
            **(prefs or {})})
        self._configure(settings or {})
        self.answer()
        self.manifest(host)

    def _configure(self, settings):
        config = os.path.join(self.home, ".config", "nssmime")
        os.makedirs(config)
        os.makedirs(os.path.join(self.home, "Downloads"))
        with open(os.path.join(config, "config.json"), "w",
                  encoding="utf-8") as file:
            json.dump({"pinentry": os.path.join(SUPPORT, "pinentry.py"),
                       **settings}, file)

    def answer(self, *lines):
        """What the test pinentry answers from now on."""
        with open(self.answers, "w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in lines)

    def asked(self):
        try:
            with open(self.answers + ".log", encoding="utf-8") as file:
                return [line for line in file.read().splitlines()
                        if line.startswith(("GETPIN", "CONFIRM"))]
        except FileNotFoundError:
            return []

    def manifest(self, host):
        """Installs the host as people do; None: it is not there."""
        # it overwrites none that is another program's
        shutil.rmtree(os.path.join(self.home, ".mozilla"), ignore_errors=True)
        if host is None:
            return
        subprocess.run([host, "install", "--thunderbird"], check=True,
                       env=self.environment(), stdout=subprocess.DEVNULL)

    def manifest_of(self, program):
        """Another program in the host's place."""
        folder = os.path.join(self.home, ".mozilla", "native-messaging-hosts")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "nssmime.json"), "w",
                  encoding="utf-8") as file:
            json.dump({"name": "nssmime", "description": "test",
                       "path": program, "type": "stdio",
                       "allowed_extensions": ["thunderbird@nssmime"]}, file)

    def environment(self):
        env = {name: value for name, value in os.environ.items()
               if not name.startswith(("XDG_", "NSSMIME_", "MOZ_"))
               and name not in ("DISPLAY", "WAYLAND_DISPLAY", "GPG_TTY",
                                "DBUS_SESSION_BUS_ADDRESS")}
        env.update(HOME=self.home, TMPDIR=self.temporary, LC_ALL="C.UTF-8",
                   NSSMIME_TEST_PINENTRY=self.answers,
                   MOZ_CRASHREPORTER_DISABLE="1", NO_AT_BRIDGE="1",
                   # nothing of a test goes to the network
                   http_proxy="http://" + NO_HTTP,
                   https_proxy="http://" + NO_HTTP)
        return env

    def start(self):
        env = self.environment()
        program = os.environ.get("NSSMIME_THUNDERBIRD") or shutil.which(
            "thunderbird")
        if program is None:
            raise FileNotFoundError("thunderbird is not installed")
        args = [program, "--profile", self.profile, "--no-remote",
                "--marionette", "--remote-allow-system-access", "--headless"]
        self._log = open(os.path.join(self.folder, "thunderbird.log"), "ab")
        self._process = subprocess.Popen(
            args, env=env, stdout=self._log, stderr=self._log,
            start_new_session=True, preexec_fn=dovecot.die_with_parent)
        self.marionette = Marionette(
            self._port, lambda: self._process.poll() is None)
        self.run = self.marionette.evaluate
        self.run("""
            const login = Cc["@mozilla.org/login-manager/loginInfo;1"]
                .createInstance(Ci.nsILoginInfo);
            login.init("imap://127.0.0.1", null, "imap://127.0.0.1", args[0],
                args[1], "", "");
            if (!(await Services.logins.searchLoginsAsync(
                { origin: "imap://127.0.0.1" })).length)
                await Services.logins.addLoginAsync(login);
            """, self.user, dovecot.PASSWORD)
        if self._addon:
            self.marionette.install(self._addon)
        return self

    def log(self):
        with open(os.path.join(self.folder, "thunderbird.log"),
                  encoding="utf-8", errors="replace") as file:
            # without a display GTK says a lot
            return "".join(line for line in file
                           if line.strip() and "GTK" not in line.upper())

    def stop(self):
        if self._process is not None:
            try:
                self.marionette.command(
                    "Marionette:Quit", {"flags": ["eForceQuit"]})
                self.marionette.close()
            except (OSError, ConnectionError):
                # it went before it could answer
                pass
            self._end(self._process)
            self._process = None
        if self._log is not None:
            self._log.close()

    @staticmethod
    def _end(process):
        end = time.monotonic() + 30
        while process.poll() is None and time.monotonic() < end:
            time.sleep(0.05)
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
