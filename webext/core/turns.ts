// SPDX-License-Identifier: MPL-2.0
// Work that is done one after the other: each goes by what the one before left.

export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** After all that came before, whether that succeeded or not. */
  next<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** When all is done that came so far. */
  async done(): Promise<void> {
    await this.#last;
  }
}
