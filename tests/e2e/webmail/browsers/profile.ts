// SPDX-License-Identifier: MPL-2.0
// What a browser is started with.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The ids of the extension, by which a host knows it. */
export interface Ids {
  chromium: string;
  firefox: string;
}

export const WEBMAIL: Ids = {
  chromium: "gejigdcljmkinaiihdaffecocdjoloci",
  firefox: "webmail@nssmime",
};

export interface Options {
  /** Empty, for this browser alone. It is the user's home folder, in `home`, and the profile. */
  folder: string;
  /** The unpacked extension; none: that which the system has. */
  extension?: string;
  /** Chromium fetches what a policy wants it to have. */
  fetches?: boolean;
  id: Ids;
  /** The program behind it; none, where it is to be missing. */
  host?: string;
  /** The file of a certificate authority for web sites. */
  authority?: string;
  args?: string[];
  /** For the browser, and so for the host that it starts. */
  env?: Record<string, string>;
}

export function nativeManifest(folder: string, host: string, id: Ids, family: keyof Ids): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "nssmime.json"), JSON.stringify({
    name: "nssmime",
    description: "S/MIME",
    path: host,
    type: "stdio",
    ...(family === "chromium"
      ? { allowed_origins: [`chrome-extension://${id.chromium}/`] }
      : { allowed_extensions: [id.firefox] }),
  }));
}

/** In the database of certificates in that folder, which is made. */
export function trustAuthority(folder: string, authority: string): void {
  mkdirSync(folder, { recursive: true });
  const database = ["-d", `sql:${folder}`];
  execFileSync("certutil", ["-N", ...database, "--empty-password"], { stdio: "pipe" });
  execFileSync("certutil", ["-A", ...database, "-n", "tests", "-t", "C,,", "-i", authority], { stdio: "pipe" });
}
