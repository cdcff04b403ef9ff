// SPDX-License-Identifier: MPL-2.0
// What Roundcube writes into its pages and answers. All of it is the server's word: text to be
// read, never run.

import type { Identity } from "./provider.ts";

export interface Environment {
  task?: string;
  action?: string;
  comm_path?: string;
  request_token?: string;
  uid?: string | number;
  mailbox?: string;
  drafts_mailbox?: string;
  trash_mailbox?: string;
  mailboxes?: Record<string, { id: string; class?: string }>;
  /** Set by the plugin that sends mails as they are. */
  nssmime_rawsend?: boolean;
}

/** The JSON that starts at `start`, which is a brace. */
function jsonAt(text: string, start: number): unknown {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const letter = text[at];
    if (letter === '"') {
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === "\\") at++;
    } else if (letter === "{") depth++;
    else if (letter === "}" && --depth === 0) return JSON.parse(text.slice(start, at + 1));
  }
  return undefined;
}

/** What the scripts of a page give Roundcube's client to know; null if it is no page of Roundcube. */
export function environmentOf(scripts: readonly string[]): Environment | null {
  const call = "rcmail.set_env({";
  let environment: Environment | null = null;
  for (const script of scripts)
    for (let at = script.indexOf(call); at >= 0; at = script.indexOf(call, at + 1)) {
      try {
        const said = jsonAt(script, at + call.length - 1);
        environment = Object.assign(environment ?? {}, said);
      } catch {
        // It only looks like one.
      }
    }
  return environment;
}

export function scriptsOf(html: string): string[] {
  return [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text]) => text as string);
}

const names: Record<string, string> = { lt: "<", gt: ">", quot: '"', amp: "&", nbsp: "\xa0" };

/** Text of HTML without its tags. */
export function plain(html: string): string {
  return html
    .replace(/<[^>]*>/g, "")
    .replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
      if (decimal) return String.fromCodePoint(Number(decimal));
      if (hex) return String.fromCodePoint(Number.parseInt(hex, 16));
      return names[name.toLowerCase()] ?? whole;
    });
}

export interface Option {
  value: string;
  text: string;
}

/** The choices of the selection that a page has under `name`. */
export function optionsOf(html: string, name: string): Option[] {
  const select = new RegExp(`<select[^>]*\\bname="${name}"[^>]*>([\\s\\S]*?)</select>`).exec(html);
  const options = (select?.[1] ?? "").matchAll(/<option value="([^"]*)"[^>]*>([^<]*)/g);
  return [...options].map(([, value, text]) => ({
    value: plain(value as string),
    text: plain(text as string),
  }));
}

/** "Name <address>", as it is shown. */
export function identityOf(id: string, shown: string): Identity[] {
  const address = /[^\s<>]+@[^\s<>]+(?=>?\s*$)/.exec(shown)?.[0];
  if (address === undefined) return [];
  const name = shown.replace(/<?[^\s<>]+>?\s*$/, "").trim();
  return [{ id, address, name }];
}

/** Those that the page of the settings lists. */
export function identitiesOf(html: string): Identity[] {
  const rows = html.matchAll(/<tr id="rcmrow(\d+)"[^>]*>\s*<td class="mail">([^<]*)/g);
  return [...rows].flatMap(([, id, shown]) => identityOf(id as string, plain(shown as string)));
}

const STRING = '"(?:[^"\\\\]|\\\\.)*"';

/** The calls of one function that an answer wants made, each with its first arguments. */
function callsOf(exec: string, name: string, ...patterns: string[]): unknown[][] {
  const call = new RegExp(`this\\.${name}\\(${patterns.map((one) => `(${one})`).join(",")}`, "g");
  return [...exec.matchAll(call)].map(([, ...found]) => found.map((one) => JSON.parse(one)));
}

/** What an answer of Roundcube to its client amounts to. */
export class Answer {
  readonly #exec: string;
  readonly #callbacks: readonly (readonly unknown[])[];

  constructor(text: string) {
    const answer = JSON.parse(text) as { exec?: unknown; callbacks?: unknown };
    this.#exec = String(answer.exec ?? "");
    this.#callbacks = Array.isArray(answer.callbacks) ? answer.callbacks : [];
  }

  /** What a plugin says, which goes by its name. */
  said(name: string): Record<string, unknown> {
    return (this.#callbacks.find(([called]) => called === name)?.[1] ?? {}) as Record<string, unknown>;
  }

  get sessionExpired(): boolean {
    return this.#exec.includes("this.session_error(");
  }

  /** What it shows to the user, by its kinds. */
  shown(...kinds: string[]): string[] {
    return callsOf(this.#exec, "display_message", STRING, STRING)
      .filter(([, kind]) => kinds.includes(kind as string))
      .map(([text]) => plain(text as string));
  }

  /** The mails that it lists. */
  get rows(): { uid: number; subject: string; from: string }[] {
    const start = /this\.add_message_row\((\d+),(?=\{)/g;
    return [...this.#exec.matchAll(start)].map((found) => {
      const columns = jsonAt(this.#exec, found.index + found[0].length) as Record<string, unknown>;
      const text = (name: string) => plain(String(columns[name] ?? ""));
      return { uid: Number(found[1]), subject: text("subject"), from: text("fromto") };
    });
  }
}
