// SPDX-License-Identifier: MPL-2.0
// Services that are asked by HTTP with a token, and say in JSON what went wrong.
import { type Fetch, kindOf, ProviderError, reach } from "./provider.ts";

/** A token for what the service calls scopes; how it comes about is not the provider's business. */
export type Token = () => Promise<string>;

export class Rest {
  readonly #base: string;
  readonly #token: Token;
  readonly #fetch: Fetch;

  /** `base` ends in a slash. */
  constructor(base: string, token: Token, fetch: Fetch) {
    this.#base = base;
    this.#token = token;
    this.#fetch = fetch;
  }

  async request(path: string, init: RequestInit = {}, refused: readonly number[] = []): Promise<Response> {
    const url = new URL(path, this.#base);
    // An address that the service gave is asked with the user's token, too.
    if (url.origin !== new URL(this.#base).origin)
      throw new ProviderError("server-error", `${url.origin} is another server`);
    const answer = await reach(this.#fetch, url.href, {
      ...init,
      headers: { ...(init.headers as Record<string, string>), Authorization: `Bearer ${await this.#token()}` },
    });
    if (answer.ok) return answer;
    const text = await answer.text();
    const kind = refused.includes(answer.status) ? "send-refused" : kindOf(answer.status);
    throw new ProviderError(kind, reasonIn(text) ?? answer.statusText);
  }

  async json<T>(path: string, init?: RequestInit): Promise<T> {
    return (await this.request(path, init)).json() as Promise<T>;
  }
}

function reasonIn(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { error?: { message?: string } }).error?.message;
  } catch {
    return undefined;
  }
}
