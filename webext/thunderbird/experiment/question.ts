// SPDX-License-Identifier: MPL-2.0
// Questions to the background, which may be asleep: then it is woken first.
import { clearTimeout, setTimeout } from "./platform.ts";

const PATIENCE = 10_000;

interface Fire {
  async(...args: unknown[]): Promise<any>;
}

export class Question {
  readonly #extension: any;
  #fire: Fire | null = null;
  #waiting: (() => void)[] = [];

  constructor(extension: any) {
    this.#extension = extension;
  }

  /** For the EventManager. */
  register(fire: Fire): () => void {
    this.#fire = fire;
    for (const wake of this.#waiting.splice(0)) wake();
    return () => {
      if (this.#fire === fire) this.#fire = null;
    };
  }

  async ask(...args: unknown[]): Promise<any> {
    if (!this.#fire) await this.#wake();
    if (!this.#fire) throw new Error("The add-on does not answer");
    return this.#fire.async(...args);
  }

  async #wake(): Promise<void> {
    let timer: unknown;
    const registered = new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      timer = setTimeout(resolve, PATIENCE);
    });
    await this.#extension.wakeupBackground?.();
    await registered;
    clearTimeout(timer);
  }
}
