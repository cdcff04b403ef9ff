// SPDX-License-Identifier: MPL-2.0
// What the background and the host do for a while with one mail: how far it is, and giving it up.
import { clearTimeout, setTimeout } from "./platform.ts";
import type { Question } from "./question.ts";

/** Before that nobody has to be told that it goes on. */
const PATIENCE = 1000;

/** Somebody did not want to wait for it. */
export class Stopped extends Error {}

export class Work {
  readonly id: number;
  /** Absent as long as nothing is known. */
  percent?: number;
  readonly #moved: (work: Work) => void;
  readonly #cancel: () => void;
  readonly #stopped: Promise<never>;
  readonly #timer: unknown;
  #stop!: (reason: Stopped) => void;
  /** It takes so long that something is to be seen of it. */
  isLong = false;
  #isStopped = false;

  constructor(id: number, moved: (work: Work) => void, cancel: () => void) {
    this.id = id;
    this.#moved = moved;
    this.#cancel = cancel;
    this.#stopped = new Promise((_, reject) => (this.#stop = reject));
    this.#stopped.catch(() => undefined);
    this.#timer = setTimeout(() => {
      this.isLong = true;
      this.#moved(this);
    }, PATIENCE);
  }

  /** The result, unless it is given up before. */
  until<V>(result: Promise<V>): Promise<V> {
    return Promise.race([this.#stopped, result]);
  }

  /** Fails where it was given up meanwhile. */
  check(): void {
    if (this.#isStopped) throw new Stopped();
  }

  reached(percent: number): void {
    if (percent === this.percent || this.#isStopped) return;
    this.percent = percent;
    if (this.isLong) this.#moved(this);
  }

  stop(): void {
    if (this.#isStopped) return;
    this.end();
    this.#isStopped = true;
    this.#stop(new Stopped());
    this.#cancel();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.isLong = false;
  }
}

export class Works {
  readonly #cancelled: Question;
  readonly #running = new Map<number, Work>();
  #last = 0;

  constructor(cancelled: Question) {
    this.#cancelled = cancelled;
  }

  /** `moved` is called once it takes long, and then whenever it gets on. */
  async run<V>(moved: (work: Work) => void, doing: (work: Work) => Promise<V>): Promise<V> {
    const id = ++this.#last;
    const work = new Work(id, moved, () => {
      this.#cancelled.ask(id).catch(Cu.reportError);
    });
    this.#running.set(id, work);
    try {
      return await doing(work);
    } finally {
      work.end();
      this.#running.delete(id);
    }
  }

  reached(id: number, percent: number): void {
    this.#running.get(id)?.reached(percent);
  }
}
