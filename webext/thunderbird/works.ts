// SPDX-License-Identifier: MPL-2.0
// What the experiment waits for: it is told how far that is, and may give it up.
export interface Running {
  signal: AbortSignal;
  onProgress: (done: number, total?: number) => void;
}

export class Works {
  readonly #running = new Map<number, AbortController>();
  readonly #reached: (work: number, percent: number) => void;

  constructor(reached: (work: number, percent: number) => void) {
    this.#reached = reached;
  }

  async run<V>(work: number, doing: (running: Running) => Promise<V>): Promise<V> {
    const abort = new AbortController();
    this.#running.set(work, abort);
    try {
      return await doing({
        signal: abort.signal,
        onProgress: (done, total) => {
          if (total) this.#reached(work, Math.min(100, Math.floor((100 * done) / total)));
        },
      });
    } finally {
      this.#running.delete(work);
    }
  }

  cancel(work: number): void {
    this.#running.get(work)?.abort();
  }
}
