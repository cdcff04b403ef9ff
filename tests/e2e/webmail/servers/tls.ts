// SPDX-License-Identifier: MPL-2.0
// https on the loopback before a web server that has none: a certificate authority and a
// certificate made for this run.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

const extensions = `
[ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
[leaf]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost,DNS:mail.localhost,IP:127.0.0.1
`;

export interface Front {
  server: Server;
  port: number;
  /** The file of the authority that made its certificate. */
  authority: string;
}

function makeCertificates(folder: string): void {
  mkdirSync(folder);
  writeFileSync(join(folder, "extensions"), extensions);
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const run = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  for (const [name, subject] of [["ca", "/CN=Test authority"], ["leaf", "/CN=localhost"]] as const)
    run("req", "-new", ...key, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", subject);
  const made = (name: string) => ["x509", "-req", "-in", `${name}.csr`, "-out", `${name}.crt`,
    "-days", "2", "-extfile", "extensions", "-extensions", name];
  run(...made("ca"), "-signkey", "ca.key");
  run(...made("leaf"), "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial");
}

/** What comes in goes on to `behind`, with the word that it came by https. */
export async function startTls(whole: string, behind: number): Promise<Front> {
  const folder = join(whole, "tls");
  makeCertificates(folder);
  const credentials = {
    key: readFileSync(join(folder, "leaf.key")),
    cert: readFileSync(join(folder, "leaf.crt")),
  };
  const server = createServer(credentials, (asked, answer) => {
    const headers = { ...asked.headers, "x-forwarded-proto": "https" };
    const { method, url } = asked;
    const options = { host: "127.0.0.1", port: behind, method, path: url, headers };
    const onward = request(options, (answered) => {
      answer.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    asked.pipe(onward);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return { server, port, authority: join(folder, "ca.crt") };
}
