// SPDX-License-Identifier: MPL-2.0
// Mail on its way out: what the host is asked to make of it.
import { protectMessage } from "../core/actions/message-protect.ts";
import type { HostClient } from "../core/client.ts";
import { HostError } from "../core/error.ts";
import { protectOptions } from "../core/sending.ts";
import { loadSettings, type Storage } from "../core/settings.ts";
import type { Headers } from "../core/wire.ts";
import { missingText } from "../pages/protection.ts";
import { failure, say } from "./words.ts";
import type { Running } from "./works.ts";

export interface Request {
  work: number;
  tabId: number;
  sign: boolean;
  encrypt: boolean;
  draft: boolean;
  later: boolean;
  from: string;
  to: string[];
  cc: string[];
  bcc: string[];
}

export type Answer =
  | { file: File; copies: { address: string; file: File }[] }
  | { error: string; setUp: boolean };

function explained(error: HostError): Answer {
  const missing = missingText(error);
  if (missing !== null) return { error: missing, setUp: false };
  const { title, advice, setUp } = failure(error);
  return { error: `${title} ${advice}`, setUp };
}

export async function protect(
  host: HostClient,
  storage: Storage,
  request: Request,
  file: File,
  {
    origin,
    ...running
  }: Partial<Running> & {
    /** Of the mail that this one answers. */
    origin?: Headers | null | undefined;
  } = {},
): Promise<Answer> {
  const { sign, encrypt, draft, later } = request;
  if (!draft && encrypt && later && request.bcc.length > 0) 
    return { error: say("tbBccLater"), setUp: false };
  // A draft is its writer's alone.
  const envelope = draft ? { from: request.from, to: [request.from], cc: [], bcc: [] } : request;
  try {
    const options = {
      ...protectOptions(await loadSettings(storage), envelope, {
        sign: sign && !draft,
        encrypt,
        origin,
      }),
      ...running,
    };
    const { message, copies } = await protectMessage(host, file, options);
    return {
      file: new File([message], "mail.eml"),
      copies: [...copies].map(([address, copy]) => ({
        address,
        file: new File([copy], "mail.eml"),
      })),
    };
  } catch (thrown) {
    return explained(HostError.of(thrown));
  }
}
