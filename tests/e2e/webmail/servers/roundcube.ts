// SPDX-License-Identifier: MPL-2.0
// Roundcube as Debian has it, in PHP's own web server, with sqlite. A folder of its own stands for
// /var/lib/roundcube, where it looks for everything.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Dovecot } from "./dovecot.ts";
import type { Postfix } from "./postfix.ts";
import { environment, find, freePort, type Place, Program } from "./program.ts";

const WEB = "www-data";
const extensions = "mbstring intl iconv ctype tokenizer dom xml xmlwriter xmlreader simplexml " +
  "sockets curl zip fileinfo exif posix phar pdo pdo_sqlite sqlite3";

const configuration = (folder: string, dovecot: Dovecot, postfix: Postfix, options: RoundcubeOptions) => `<?php
$config = [
    'db_dsnw' => 'sqlite:///${folder}/rc.db?mode=0640',
    'imap_host' => '127.0.0.1:${dovecot.port}',
    'smtp_host' => '127.0.0.1:${postfix.port}',
    'smtp_user' => '%u',
    'smtp_pass' => '%p',
    'des_key' => '${randomBytes(12).toString("hex")}',
    'skin' => 'elastic',
    'plugins' => ${JSON.stringify(Object.keys(options.plugins ?? {}))},
    'disabled_actions' => ${JSON.stringify(options.disabledActions ?? [])},
    'log_dir' => '${folder}/logs/',
    'temp_dir' => '${folder}/temp/',
    'create_default_folders' => true,
    'proxy_whitelist' => ['127.0.0.1'],
    'max_message_size' => '100M',
];
`;

export interface RoundcubeOptions {
  /** Names, and the folders that they are in. */
  plugins?: Record<string, string>;
  /** What the administrator does not permit, by Roundcube's names. */
  disabledActions?: string[];
}

export interface Roundcube {
  program: Program;
  port: number;
}

/** PHP with the extensions that Roundcube asks for, and no other setting of this machine. */
function php(root: string): string[] {
  const base = find(root, "/usr/lib/php");
  const bases = [join(root, "usr/lib/php"), "/usr/lib/php"].filter((path) => existsSync(path));
  const names = (path: string, pattern: RegExp) => readdirSync(path).filter((name) => pattern.test(name));
  const apis = bases.flatMap((path) => names(path, /^20\d{6}$/).map((api) => join(path, api)));
  const versions = names(base, /^\d\.\d$/);
  const command = [find(root, ...versions.map((version) => `/usr/bin/php${version}`)), "-n"];
  for (const name of extensions.split(" ")) {
    // The others are built in.
    const file = apis.map((path) => join(path, `${name}.so`)).find((path) => existsSync(path));
    if (file !== undefined) command.push("-d", `extension=${file}`);
  }
  return command;
}

export async function startRoundcube(
  { root, folder: whole }: Place,
  dovecot: Dovecot,
  postfix: Postfix,
  options: RoundcubeOptions,
): Promise<Roundcube> {
  const folder = join(whole, "roundcube");
  const shared = join(root, "usr/share/roundcube");
  for (const name of ["config", "plugins", "logs", "temp", "sessions"])
    mkdirSync(join(folder, name), { recursive: true });
  for (const name of ["program", "skins", "SQL"]) symlinkSync(join(shared, name), join(folder, name));
  for (const name of readdirSync(join(shared, "plugins")))
    symlinkSync(join(shared, "plugins", name), join(folder, "plugins", name));
  for (const [name, path] of Object.entries(options.plugins ?? {}))
    symlinkSync(path, join(folder, "plugins", name));
  for (const name of ["defaults.inc.php", "mimetypes.php"])
    copyFileSync(join(root, "etc/roundcube", name), join(folder, "config", name));
  writeFileSync(join(folder, "config/config.inc.php"), configuration(folder, dovecot, postfix, options));
  writeFileSync(join(folder, "place.php"), `<?php define('INSTALL_PATH', '${folder}/');`);
  const settings = {
    auto_prepend_file: join(folder, "place.php"),
    include_path: [join(root, "usr/share/php"), "/usr/share/php"].join(":"),
    upload_max_filesize: "96M",
    post_max_size: "96M",
    memory_limit: "1G",
    "session.save_path": join(folder, "sessions"),
    "date.timezone": "UTC",
  };
  const env = {
    ...environment(root),
    ROUNDCUBE_CONFIG_DIR: join(folder, "config"),
    PHP_CLI_SERVER_WORKERS: "4",
  };
  const command = php(root);
  const schema = join(shared, "SQL/sqlite.initial.sql");
  const load = "(new PDO('sqlite:' . $argv[1]))->exec(file_get_contents($argv[2]));";
  const [program, ...rest] = command as [string, ...string[]];
  execFileSync(program, [...rest, "-r", load, join(folder, "rc.db"), schema], { env });
  execFileSync("chown", ["-R", `${WEB}:${WEB}`, folder]);

  const port = await freePort();
  for (const [name, value] of Object.entries(settings)) command.push("-d", `${name}=${value}`);
  command.push("-S", `127.0.0.1:${port}`, "-t", shared);
  const other = ["setpriv", `--reuid=${WEB}`, `--regid=${WEB}`, "--clear-groups"];
  const log = join(whole, "roundcube.log");
  const server = await new Program([...other, ...command], log, { cwd: folder, env }).listens(port);
  return { program: server, port };
}
