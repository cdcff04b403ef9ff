// SPDX-License-Identifier: MPL-2.0
// What takes more than a second shows that it goes on, and can be cancelled.
import { HostError } from "../core/error.ts";
import { button, fill, h } from "./dom.ts";
import { t } from "./text.ts";

const PATIENCE = 1000;
const PROMPT_PATIENCE = 300;

export interface Running {
  signal: AbortSignal;
  onProgress: (done: number, total?: number) => void;
}

/** At the foot of the page, so that nothing moves when it comes and goes. */
export class Busy {
  readonly element = h("div", { class: "busy-region", role: "status" });
  readonly #running = new Set<HTMLElement>();
  #works = 0;

  /** `asks`: the host opens a window of its own, which people may have to look for. */
  async run<V>(
    text: string,
    work: (running: Running) => Promise<V>,
    { asks = false }: { asks?: boolean } = {},
  ): Promise<V> {
    const abort = new AbortController();
    const bar = h("progress", { "aria-label": text });
    const hint = asks && h("p", { class: "hint" }, t("askingWindow"));
    const box = h(
      "div",
      { class: "busy" },
      h("p", {}, text),
      hint,
      bar,
      button(t("cancel"), () => abort.abort()),
    );
    this.#count(1);
    const timer = setTimeout(() => this.#show(box), asks ? PROMPT_PATIENCE : PATIENCE);
    try {
      return await work({
        signal: abort.signal,
        onProgress: (done, total) => {
          if (!total) return;
          bar.max = total;
          bar.value = done;
          // While it goes on nobody is being asked.
          if (hint) hint.hidden = done < total;
        },
      });
    } catch (failure) {
      throw HostError.of(failure);
    } finally {
      clearTimeout(timer);
      this.#count(-1);
      this.#running.delete(box);
      fill(this.element, ...this.#running);
    }
  }

  /** The pointer says it at once. */
  #count(change: number): void {
    this.#works += change;
    document.body.classList.toggle("working", this.#works > 0);
  }

  #show(box: HTMLElement): void {
    this.#running.add(box);
    this.element.append(box);
  }
}
