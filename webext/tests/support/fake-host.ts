// SPDX-License-Identifier: MPL-2.0
// The host's side of a port, for tests: answers as it is told, and keeps what it got.
import type { Port } from "../../core/connection.ts";
import { type End, portPair } from "./port.ts";

export interface Frame {
  id?: number;
  method?: string;
  params?: any;
}

export type Answer = (frame: Frame, host: FakeHost) => void;

export const hello = {
  protocol: 1,
  host: { name: "nssmime-host", version: "0.1.0" },
  nss: { version: "3.87.1" },
  limits: {},
  methods: ["hello", "message.read"],
};

export class FakeHost {
  readonly frames: Frame[] = [];
  readonly #waiting: (() => void)[] = [];

  constructor(
    readonly end: End,
    answer: Answer,
  ) {
    end.onMessage.addListener((frame: Frame) => {
      this.frames.push(frame);
      for (const wake of this.#waiting.splice(0)) wake();
      answer(frame, this);
    });
  }

  result(id: number | undefined, result: unknown): void {
    this.end.postMessage({ jsonrpc: "2.0", id, result });
  }

  error(id: number | null | undefined, kind: string, more: object = {}): void {
    this.end.postMessage({
      jsonrpc: "2.0",
      id,
      error: { code: -32000, message: `it is ${kind}`, data: { kind, ...more } },
    });
  }

  notify(method: string, params: object): void {
    this.end.postMessage({ jsonrpc: "2.0", method, params });
  }

  named(method: string): Frame[] {
    return this.frames.filter((frame) => frame.method === method);
  }

  /** Waits until that many frames of this method have come. */
  async got(method: string, count = 1): Promise<Frame> {
    while (this.named(method).length < count)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.named(method)[count - 1] as Frame;
  }
}

/** A `connect` whose every port has such a host at its other end. */
export function fakeConnect(answer: Answer): { connect: () => Port; hosts: FakeHost[] } {
  const hosts: FakeHost[] = [];
  return {
    hosts,
    connect: () => {
      const [near, far] = portPair();
      hosts.push(new FakeHost(far, answer));
      return near;
    },
  };
}

/** Says hello, and leaves the rest to `answer`. */
export function greeting(answer: Answer): Answer {
  return (frame, host) =>
    frame.method === "hello" ? host.result(frame.id, hello) : answer(frame, host);
}
