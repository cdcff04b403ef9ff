// SPDX-License-Identifier: MPL-2.0
// A mail that is being written, as Thunderbird's interface for add-ons tells it.
import type { HostClient } from "../../core/client.ts";
import type { Composer } from "../composing.ts";
import { isEncrypted, read } from "../reading.ts";
import { hasSmime } from "./showing.ts";

/** Empty: an entry of the address book, which has no address here. */
async function addresses(fields: string | string[] | undefined): Promise<string[]> {
  const texts = fields === undefined ? [] : [fields].flat();
  const boxes = texts.map(async (text) => {
    if (typeof text !== "string") return [""];
    const parsed = await messenger.messengerUtilities.parseMailboxString(text);
    return parsed.map(({ email = "" }) => email);
  });
  return (await Promise.all(boxes)).flat();
}

/** Thunderbird's own protection. `wrong`: for the answer to a mail that it decrypted Thunderbird
 * switches it on even where the identity has none, and refuses then to be told anything about it. */
export async function builtInOf(
  tabId: number,
  { selectedEncryptionTechnology: own }: ComposeDetails,
): Promise<Composer["builtIn"] | "wrong"> {
  if (!own || !(own.signMessage || own.encryptBody)) return "";
  const same = { selectedEncryptionTechnology: own };
  return messenger.compose.setComposeDetails(tabId, same).then(
    () => own.name,
    () => "wrong",
  );
}

/** The mail that it answers, or sends on. One that cannot be read counts as encrypted. */
async function originOf(host: HostClient, details: ComposeDetails): Promise<Composer["origin"]> {
  const { relatedMessageId: related, type } = details;
  if (related === undefined || (type !== "reply" && type !== "forward")) return null;
  const raw = await messenger.messages.getRaw(related);
  if (!(await hasSmime(raw))) return null;
  const { reading } = await read(host, { kind: "message" }, raw);
  const encrypted = reading === undefined || isEncrypted(reading);
  return { encrypted, headers: reading?.headers ?? null, unquoted: false };
}

/** What was found of the mails that are answered, by composer. */
const origins = new Map<number, Composer["origin"]>();

export function forgetComposer(tabId: number): void {
  origins.delete(tabId);
}

export async function composerOf(
  host: HostClient,
  tabId: number,
  details: ComposeDetails,
): Promise<Composer> {
  const origin = origins.has(tabId) ? (origins.get(tabId) ?? null) : await originOf(host, details);
  // What could not be read may be another time.
  if (origin === null || origin.headers) origins.set(tabId, origin);
  const builtIn = await builtInOf(tabId, details);
  const [from = "", to, cc, bcc] = await Promise.all([
    addresses(details.from).then(([first]) => first),
    addresses(details.to),
    addresses(details.cc),
    addresses(details.bcc),
  ]);
  return {
    tabId,
    from,
    to,
    cc,
    bcc,
    newsgroups: [details.newsgroups].flat().some(Boolean),
    builtIn: builtIn === "wrong" ? "" : builtIn,
    origin,
  };
}
