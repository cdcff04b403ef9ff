// SPDX-License-Identifier: MPL-2.0
// A zip that depends on its contents alone: sorted names, one fixed time, no attributes.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";

/** 1980-01-01, the first day a zip knows. */
const DOS_DATE = 0x21;
const UTF8_NAMES = 0x800;
const DEFLATED = 8;
const VERSION = 20;

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  return crc;
});

/** That of zip files. Node has it only since version 20.15. */
function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = crcTable[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

function* filesIn(folder, prefix = "") {
  const entries = readdirSync(join(folder, prefix), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = prefix ? `${prefix}/${entry.name}` : entry.name;
    if (entry.isDirectory()) yield* filesIn(folder, name);
    else yield name;
  }
}

/** What local and central headers have in common, from "version needed" on. */
function common(name, bytes, packed) {
  const header = Buffer.alloc(26);
  header.writeUInt16LE(VERSION, 0);
  header.writeUInt16LE(UTF8_NAMES, 2);
  header.writeUInt16LE(DEFLATED, 4);
  header.writeUInt16LE(0, 6);
  header.writeUInt16LE(DOS_DATE, 8);
  header.writeUInt32LE(crc32(bytes), 10);
  header.writeUInt32LE(packed.length, 14);
  header.writeUInt32LE(bytes.length, 18);
  header.writeUInt16LE(name.length, 22);
  return header;
}

export function zipFolder(folder, file) {
  const body = [];
  const directory = [];
  let offset = 0;
  for (const path of [...filesIn(folder)].sort()) {
    const bytes = readFileSync(join(folder, path));
    const packed = deflateRawSync(bytes, { level: 9 });
    const name = Buffer.from(path, "utf8");
    const shared = common(name, bytes, packed);
    const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), shared, name, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(
      Buffer.from("PK\x01\x02", "latin1"),
      Buffer.from([VERSION, 0]),
      shared,
      tail,
      name,
    );
    body.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(body.length, 4);
  end.writeUInt16LE(body.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  writeFileSync(
    file,
    Buffer.concat([...body, central, Buffer.from("PK\x05\x06", "latin1"), end]),
  );
}
