// SPDX-License-Identifier: MPL-2.0
// The page is the extension's own, so that the webmail sees no word of what is read or written here.
import { Client } from "./client.js";

const api = globalThis.browser ?? globalThis.chrome;
const site = new URLSearchParams(location.search).get("site");
const at = (id) => document.getElementById(id);
const client = new Client(api.runtime.connectNative("nssmime"));

const VERDICTS = {
  valid: "The signature is valid",
  invalid: "The signature is not valid",
  unknown: "The signature could not be checked",
  partial: "Only a part of it is signed",
  none: "It is not signed",
};

/** For a site that was not allowed yet the user is asked, by the host and in its own window. */
async function run(method, params) {
  const content = new TextEncoder().encode(at("mail").value.replace(/\r?\n/g, "\r\n"));
  const asked = { ...params, origin: site };
  try {
    return await client.run(method, asked, content);
  } catch (failure) {
    if (failure.kind !== "origin-not-allowed") throw failure;
    await client.request("origin.allow", { origin: site });
    return client.run(method, asked, content);
  }
}

async function protect() {
  const { output } = await run("message.protect", { sign: {}, encrypt: {} });
  at("mail").value = new TextDecoder().decode(output);
  at("verdict").textContent = "It is signed and encrypted, and can go out as it is";
}

async function read() {
  const { result, output } = await run("message.read", {});
  const { signature, encryption, reasons } = result.summary;
  at("verdict").textContent = [VERDICTS[signature], `encryption: ${encryption}`, ...reasons].join(" · ");
  at("text").textContent = new TextDecoder().decode(output);
}

/** Nothing is left of what was there before, whatever becomes of this. */
const doing = (what) => async () => {
  at("verdict").textContent = at("text").textContent = "";
  try {
    await what();
  } catch (failure) {
    at("verdict").textContent = failure.message;
  }
};

at("protect").addEventListener("click", doing(protect));
at("read").addEventListener("click", doing(read));
await doing(async () => {
  const { protocol, host } = await client.request("hello", { client: { name: "example", version: "1.0" } });
  if (protocol !== 1) throw new Error(`${host.name} ${host.version} speaks protocol ${protocol}`);
  const { label } = await client.request("database.status");
  at("database").textContent = `Certificates are those of: ${label}`;
})();
