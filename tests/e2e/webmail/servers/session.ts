// SPDX-License-Identifier: MPL-2.0
// Somebody logged in at Roundcube, without a browser: what a content script has there, which is the
// browser's cookies and the pages.
import assert from "node:assert/strict";
import type { Fetch, Page } from "../../../../webext/webmail/providers/provider.ts";
import { scriptsOf } from "../../../../webext/webmail/providers/roundcube-page.ts";
import { PASSWORD } from "./users.ts";

export class Session {
  readonly #base: string;
  readonly #cookies = new Map<string, string>();

  private constructor(base: string) {
    this.#base = base;
  }

  static async login(base: string, user: string): Promise<Session> {
    const session = new Session(base);
    await session.login(user);
    return session;
  }

  async login(user: string): Promise<void> {
    const form = await (await this.fetch(`${this.#base}?_task=login`)).text();
    const token = /name="_token" value="([^"]+)"/.exec(form)?.[1];
    assert.ok(token, form);
    const body = new URLSearchParams({ _token: token, _task: "login", _action: "login",
      _timezone: "UTC", _user: user, _pass: PASSWORD });
    const page = await this.page("?_task=login", { method: "POST", body });
    assert.ok(page.scripts.some((script) => script.includes('"task":"mail"')), "login failed");
  }

  /** Loses the cookies, as one whose session ended has them for nothing. */
  logout(): void {
    this.#cookies.clear();
  }

  fetch: Fetch = async (url, init = {}) => {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { ...(init.headers as Record<string, string>), cookie };
    const answer = await fetch(url, { ...init, headers, redirect: "manual" });
    for (const set of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(set) as unknown as [string, string, string];
      if (value === "-del-") this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    const onward = answer.headers.get("location");
    if (onward === null) return answer;
    await answer.arrayBuffer();
    return this.fetch(new URL(onward, url).href);
  };

  /** As it would be found in a browser. */
  async page(path: string, init: RequestInit = {}): Promise<Page> {
    const url = new URL(path, this.#base).href;
    const html = await (await this.fetch(url, init)).text();
    // For selectors of the form "ul.attachmentslist li.NAME" alone.
    const has = (selector: string) =>
      selector.split(",").some((one) => {
        const name = one.slice(one.lastIndexOf(".") + 1);
        return new RegExp(`<ul[^>]*attachmentslist[\\s\\S]*<li class="[^"]*\\b${name}\\b`).test(html);
      });
    return { url, scripts: scriptsOf(html), has };
  }
}
