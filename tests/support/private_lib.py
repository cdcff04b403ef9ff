# SPDX-License-Identifier: MPL-2.0
"""A /usr/lib, or another folder, that only a test sees: what is named is
hidden, and what is written there is gone with the test.

    lib = PrivateLib(hidden=["mozilla"])
    subprocess.run([*lib.prefix, program, ...])
    open(lib.path("mozilla/x"))
    lib.close()

It takes a mount namespace of one's own, and a user namespace for those who are
not root. Where the system allows neither, Unavailable says so.
"""

import os
import subprocess

# Everything of the folder but what is hidden, in a file system in memory.
SCRIPT = """
set -eu
lib=$(mktemp -d)
mount -t tmpfs -o mode=755 private-lib "$lib"
for entry in "$FOLDER"/* "$FOLDER"/.[!.]*; do
    name=${entry##*/}
    case " $HIDDEN " in *" $name "*) continue ;; esac
    if [ -L "$entry" ]; then
        cp -d "$entry" "$lib/$name"
    elif [ -d "$entry" ]; then
        mkdir "$lib/$name"
        mount --rbind "$entry" "$lib/$name"
    elif [ -e "$entry" ]; then
        : >"$lib/$name"
        mount --bind "$entry" "$lib/$name"
    fi
done
mount --rbind "$lib" "$FOLDER"
umount -l "$lib"
rmdir "$lib"
echo ready
exec cat
"""


class Unavailable(Exception):
    pass


class PrivateLib:
    def __init__(self, hidden, folder="/usr/lib"):
        self.folder = folder
        root = os.geteuid() == 0
        self.process = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private",
             *([] if root else ["--map-root-user"]), "sh", "-c", SCRIPT],
            env=dict(os.environ, HIDDEN=" ".join(hidden),
                     FOLDER=folder), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        if self.process.stdout.readline() != "ready\n":
            raise Unavailable(self.process.communicate()[1].strip())
        self.prefix = [
            "nsenter", "--target=%d" % self.process.pid, "--mount",
            *([] if root else ["--user", "--preserve-credentials"])]

    def path(self, name):
        """Where that of the private folder is seen from outside."""
        return "/proc/%d/root%s/%s" % (self.process.pid, self.folder, name)

    def run(self, *args, check=False, **more):
        return subprocess.run([*self.prefix, *args], check=check,
                              capture_output=True, text=True, **more)

    def close(self):
        self.process.communicate()
