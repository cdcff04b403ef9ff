// SPDX-License-Identifier: MPL-2.0
// A mail handed to postfix, byte for byte (RFC 5321).
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { PASSWORD } from "./users.ts";

/** Fails with what the server says where it refuses. */
export async function send(port: number, from: string, recipients: string[], mail: Buffer): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  const lines = createInterface(socket)[Symbol.asyncIterator]();
  const answer = async () => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error("the SMTP server closed the connection");
      if (/^[45]/.test(value)) throw new Error(value);
      if (/^\d{3} /.test(value)) return;
    }
  };
  const login = Buffer.from(`\0${from}\0${PASSWORD}`).toString("base64");
  const commands = ["EHLO localhost", `AUTH PLAIN ${login}`, `MAIL FROM:<${from}>`,
    ...recipients.map((address) => `RCPT TO:<${address}>`), "DATA"];
  try {
    await answer();
    for (const command of commands) {
      socket.write(`${command}\r\n`);
      await answer();
    }
    socket.write(Buffer.from(mail.toString("latin1").replace(/^\./gm, ".."), "latin1"));
    socket.write(".\r\n");
    await answer();
  } finally {
    socket.destroy();
  }
}
