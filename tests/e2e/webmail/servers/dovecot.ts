// SPDX-License-Identifier: MPL-2.0
// IMAP for the webmail and the tests, LMTP and passwords for postfix. Runs as root, gives all mail
// to nobody.
import { chownSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { find, freePort, type Place, Program } from "./program.ts";
import { number, PASSWORD } from "./users.ts";

const special = (name: string, use = name) => `
  mailbox ${name} {
    auto = subscribe
    special_use = \\${use}
  }`;

const configuration = (folder: string, port: number) => `
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
first_valid_uid = 1
mail_location = maildir:~/Maildir
default_internal_user = nobody
default_internal_group = nogroup
default_login_user = nobody
default_vsz_limit = 1G
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
service lmtp {
  unix_listener lmtp {
    mode = 0666
  }
}
service auth {
  unix_listener auth-postfix {
    mode = 0666
  }
}
passdb {
  driver = static
  args = password=${PASSWORD}
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=${folder}/home/%u allow_all_users=yes
}
namespace inbox {
  inbox = yes
  separator = /${["Sent", "Drafts", "Trash", "Junk"].map((name) => special(name)).join("")}
}
`;

export interface Dovecot {
  program: Program;
  port: number;
  /** Sockets for postfix. */
  lmtp: string;
  auth: string;
}

export async function startDovecot({ root, folder: whole }: Place): Promise<Dovecot> {
  const folder = join(whole, "dovecot");
  for (const name of ["run", "state", "home"]) mkdirSync(join(folder, name), { recursive: true });
  for (const name of ["", "run", "home"])
    chownSync(join(folder, name), number("passwd", "nobody"), number("group", "nogroup"));
  const port = await freePort();
  const file = join(folder, "dovecot.conf");
  writeFileSync(file, configuration(folder, port));
  const command = [find(root, "/usr/sbin/dovecot"), "-F", "-c", file];
  const program = await new Program(command, join(folder, "log")).listens(port);
  return { program, port, lmtp: join(folder, "run/lmtp"), auth: join(folder, "run/auth-postfix") };
}
