// SPDX-License-Identifier: MPL-2.0
// Submission for the webmail, and a second door without a password for cyrus. It delivers to
// dovecot; what is for elsewhere, or for the one address that nobody can write to, is refused.
// Postfix wants two accounts for itself alone: here they are ones that every Debian has.
import { chownSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Dovecot } from "./dovecot.ts";
import { environment, freePort, type Place, Program } from "./program.ts";
import { DOMAIN, number, REFUSED } from "./users.ts";

const OWNER = "daemon";
const GROUP = "mail";
const queues = "active bounce corrupt defer deferred flush hold incoming private saved trace".split(" ");
const SIZE = 104_857_600;

const main = (root: string, folder: string, { lmtp, auth }: Dovecot) => `
compatibility_level = 3.6
queue_directory = ${folder}/spool
data_directory = ${folder}/data
command_directory = ${root}/usr/sbin
daemon_directory = ${root}/usr/lib/postfix/sbin
shlib_directory = ${root}/usr/lib/postfix
meta_directory = ${folder}
import_environment = MAIL_CONFIG LD_LIBRARY_PATH PATH
export_environment = LD_LIBRARY_PATH PATH
mail_owner = ${OWNER}
setgid_group = ${GROUP}
default_privs = nobody
myhostname = mail.${DOMAIN}
mydestination =
mynetworks =
alias_maps =
alias_database =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
virtual_mailbox_domains = ${DOMAIN}
virtual_transport = lmtp:unix:${lmtp}
default_transport = error:there is nothing outside
smtpd_sasl_type = dovecot
smtpd_sasl_path = ${auth}
smtpd_sasl_auth_enable = yes
smtpd_tls_security_level = none
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions =
    check_recipient_access inline:{${REFUSED}=REJECT},
    reject_unauth_destination, permit_sasl_authenticated, reject
message_size_limit = ${SIZE}
mailbox_size_limit = 0
virtual_mailbox_limit = 0
maillog_file = ${folder}/log
maillog_file_prefixes = ${folder}
`;

const master = (submission: number, open: number) => `
127.0.0.1:${submission} inet n - n - - smtpd
127.0.0.1:${open} inet n - n - - smtpd
    -o mynetworks=127.0.0.0/8
    -o smtpd_relay_restrictions=permit_mynetworks,reject
    -o { smtpd_recipient_restrictions = check_recipient_access inline:{${REFUSED}=REJECT}, permit_mynetworks, reject }
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
`;

export interface Postfix {
  program: Program;
  port: number;
  /** Where nobody is asked for a password. */
  open: number;
}

export async function startPostfix({ root, folder: whole }: Place, dovecot: Dovecot): Promise<Postfix> {
  const folder = join(whole, "postfix");
  const owner = number("passwd", OWNER);
  const make = (name: string, uid: number, gid: number, mode: number) => {
    mkdirSync(join(folder, name), { recursive: true, mode });
    chownSync(join(folder, name), uid, gid);
  };
  make("", 0, 0, 0o755);
  make("spool", 0, 0, 0o755);
  make("spool/pid", 0, 0, 0o755);
  make("data", owner, 0, 0o700);
  for (const queue of queues) make(`spool/${queue}`, owner, 0, 0o700);
  make("spool/public", owner, number("group", GROUP), 0o710);
  make("spool/maildrop", owner, number("group", GROUP), 0o730);
  const [port, open] = [await freePort(), await freePort()];
  writeFileSync(join(folder, "main.cf"), main(root, folder, dovecot));
  writeFileSync(join(folder, "master.cf"), master(port, open));
  const command = [join(root, "usr/lib/postfix/sbin/master"), "-c", folder, "-d"];
  const env = { ...environment(root), MAIL_CONFIG: folder };
  const program = await new Program(command, join(folder, "log"), { env }).listens(port);
  return { program, port, open };
}
