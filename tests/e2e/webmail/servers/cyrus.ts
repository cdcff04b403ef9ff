// SPDX-License-Identifier: MPL-2.0
// Cyrus, for JMAP. Its mailboxes are apart from dovecot's: what it sends goes through postfix to
// dovecot's, and it receives nothing. A mailbox comes to be when somebody first asks for it by
// IMAP.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { environment, find, freePort, type Place, Program } from "./program.ts";
import type { Postfix } from "./postfix.ts";
import { DOMAIN, PASSWORD } from "./users.ts";

const OWNER = "mail";
const letters = [..."abcdefghijklmnopqrstuvwxyz"];

const settings = (folder: string, smtp: number) => `
configdirectory: ${folder}/conf
defaultpartition: default
partition-default: ${folder}/spool
temp_path: ${folder}/tmp
cyrus_user: ${OWNER}
virtdomains: userid
defaultdomain: internal
allowplaintext: yes
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: ${folder}/sasldb
sasl_mech_list: PLAIN
httpmodules: jmap
conversations: yes
conversations_db: twoskip
search_engine: xapian
search_index_headers: no
defaultsearchtier: t1
t1searchpartition-default: ${folder}/search
autocreate_quota: 10485760
autocreate_inbox_folders: Drafts | Sent | Trash
xlist-drafts: Drafts
xlist-sent: Sent
xlist-trash: Trash
autocreate_post: yes
smtp_backend: host
smtp_host: 127.0.0.1:${smtp}/noauth
syslog_prefix: cyrus
mboxname_lockpath: ${folder}/lock
proc_path: ${folder}/proc
httpallowcompress: no
jmap_max_size_upload: 102400
`;

const services = (root: string, config: string, http: number, imap: number) => {
  const service = (name: string, port: number) =>
    `  ${name} cmd="${root}/usr/lib/cyrus/bin/${name}d -C ${config}" listen="127.0.0.1:${port}" proto="tcp4"`;
  return `START {\n}\nSERVICES {\n${service("http", http)}\n${service("imap", imap)}\n}\nEVENTS {\n}\n`;
};

export interface Cyrus {
  program: Program;
  port: number;
}

export async function startCyrus({ root, folder: whole }: Place, postfix: Postfix, users: string[]): Promise<Cyrus> {
  const folder = join(whole, "cyrus");
  const folders = ["spool", "search", "tmp", "lock", "proc", "conf/db", "conf/socket", "conf/log",
    "conf/proc", "conf/lock", "conf/ptclient", "conf/msg"];
  for (const name of ["user", "quota", "sieve"])
    folders.push(...letters.map((letter) => `conf/${name}/${letter}`));
  for (const name of folders) mkdirSync(join(folder, name), { recursive: true });
  const [http, imap] = [await freePort(), await freePort()];
  const config = join(folder, "imapd.conf");
  writeFileSync(config, settings(folder, postfix.open));
  writeFileSync(join(folder, "cyrus.conf"), services(root, config, http, imap));
  const env = environment(root);
  for (const user of users) {
    const [name] = user.split("@") as [string];
    const command = ["-p", "-c", "-f", join(folder, "sasldb"), "-u", DOMAIN, name];
    execFileSync(find(root, "/usr/sbin/saslpasswd2"), command, { env, input: PASSWORD });
  }
  execFileSync("chown", ["-R", `${OWNER}:${OWNER}`, folder]);
  const command = [join(root, "usr/lib/cyrus/bin/master"), "-C", config,
    "-M", join(folder, "cyrus.conf"), "-p", join(folder, "pid"), "-D"];
  const program = await new Program(command, join(whole, "cyrus.log"), { env }).listens(http);
  for (const user of users) await createMailbox(imap, user);
  return { program, port: http };
}

function createMailbox(port: number, user: string): Promise<void> {
  return new Promise((done, failed) => {
    const socket = connect(port, "127.0.0.1", () =>
      socket.write(`1 LOGIN "${user}" "${PASSWORD}"\r\n2 SELECT INBOX\r\n`),
    );
    let heard = "";
    socket.on("data", (bytes) => {
      heard += bytes;
      if (/^2 OK/m.test(heard)) socket.end();
    });
    socket.on("error", failed);
    socket.on("close", () => (/^2 OK/m.test(heard) ? done() : failed(new Error(`cyrus: ${heard}`))));
  });
}
