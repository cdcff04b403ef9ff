// SPDX-License-Identifier: MPL-2.0
// The text of core/wire.ts, the types of the wire, out of core/schema.json.
const primitives = {
  string: "string",
  base64: "string",
  time: "string",
  boolean: "boolean",
  positive: "number",
  size: "number",
  id: "string | number",
  reason: "Reason",
  errorKind: "ErrorKind",
};

const pascal = (name) => name[0].toUpperCase() + name.slice(1);
const union = (names) => names.map((name) => JSON.stringify(name)).join(" | ");

function named(text, types) {
  if (text.endsWith("|null")) return `${named(text.slice(0, -5), types)} | null`;
  if (text.endsWith("[]")) return `${named(text.slice(0, -2), types)}[]`;
  if (text.endsWith("{}")) return `Record<string, ${named(text.slice(0, -2), types)}>`;
  if (text in primitives) return primitives[text];
  if (text in types) return pascal(text);
  throw new Error(`schema.json: unknown type ${text}`);
}

function value(schema, types, indent) {
  if (typeof schema === "string") return named(schema, types);
  if (Array.isArray(schema)) return union(schema);
  if ("[]" in schema) {
    const item = value(schema["[]"], types, indent);
    return schema.or ? `(${item} | ${named(schema.or, types)})[]` : `${item}[]`;
  }
  if ("{}" in schema) return `Record<string, ${value(schema["{}"], types, indent)}>`;
  const lines = Object.entries(schema).map(
    ([name, member]) => `${indent}  ${name}: ${value(member, types, `${indent}  `)};\n`,
  );
  return lines.length === 0 ? "Record<string, never>" : `{\n${lines.join("")}${indent}}`;
}

export function wire(schema) {
  const { types, methods } = schema;
  const names = Object.keys(methods);
  const flagged = (flag) => JSON.stringify(names.filter((name) => methods[name][flag]));
  let text = `// SPDX-License-Identifier: MPL-2.0
// Made by tools/wire.mjs of schema.json: change that, then "npm run wire".

export const PROTOCOL = ${schema.protocol};

export type Effect = "invalid" | "unknown" | "partial" | "told";

/** Several: the host's settings decide. */
export const reasonEffects = {
${Object.entries(schema.reasons)
  .map(([reason, effects]) => `  ${JSON.stringify(reason)}: ${JSON.stringify([effects].flat())},\n`)
  .join("")}} as const satisfies Record<string, readonly Effect[]>;

export type Reason = keyof typeof reasonEffects;

export const errorKinds = ${JSON.stringify(schema.errors, null, 2)} as const;

export type ErrorKind = (typeof errorKinds)[number];
`;
  for (const [name, type] of Object.entries(types))
    text += `\nexport type ${pascal(name)} = ${value(type, types, "")};\n`;
  text += "\nexport interface Methods {\n";
  for (const name of names) {
    const { params, result } = methods[name];
    text += `  ${JSON.stringify(name)}: {\n`;
    text += `    params: ${value(params, types, "    ")};\n`;
    text += `    result: ${value(result, types, "    ")};\n  };\n`;
  }
  text += `}

/** Members that every method takes. */
export type Common = ${value(schema.common, types, "")};

export type Method = keyof Methods;
export type Params<M extends Method> = Methods[M]["params"];
export type Result<M extends Method> = Methods[M]["result"];

/** Asking these twice changes nothing: after a lost connection they are asked again. */
export const repeatable: ReadonlySet<string> = new Set(${flagged("repeatable")});
`;
  return text;
}
