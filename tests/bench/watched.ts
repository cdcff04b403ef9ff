// SPDX-License-Identifier: MPL-2.0
// A web server seen from in front of it: when it was busy with what.
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** From when to when, in milliseconds as browsers count them. */
export type Span = [from: number, to: number];

const now = () => performance.timeOrigin + performance.now();

export class Watched {
  /** As the other server's own address, but for the port. */
  readonly url: string;
  readonly #server: Server;
  #spans: { action: string | null; span: Span }[] = [];

  private constructor(server: Server, target: URL) {
    this.#server = server;
    const url = new URL(target);
    url.port = String((server.address() as AddressInfo).port);
    this.url = url.href;
    server.on("request", (asked, answer) => {
      const from = now();
      const { hostname, port } = target;
      const { method, url: path = "/", headers } = asked;
      const onward = request({ hostname, port, method, path, headers }, (got) => {
        answer.writeHead(got.statusCode ?? 502, got.headers);
        got.pipe(answer);
        got.on("end", () => {
          const action = new URL(path, target).searchParams.get("_action");
          this.#spans.push({ action, span: [from, now()] });
        });
      });
      asked.pipe(onward.on("error", () => answer.destroy()));
    });
  }

  static async start(url: string): Promise<Watched> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return new Watched(server, new URL(url));
  }

  forget(): void {
    this.#spans = [];
  }

  /** Its answers to requests for an action of Roundcube, since it forgot those before. */
  spans(action: string): Span[] {
    return this.#spans.filter((each) => each.action === action).map(({ span }) => span);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }
}

/** How long at least one of them was, however many were at once. */
export function covered(spans: Span[]): number {
  let [sum, until] = [0, -Infinity];
  for (const [from, to] of [...spans].sort(([one], [other]) => one - other)) {
    sum += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return sum;
}
