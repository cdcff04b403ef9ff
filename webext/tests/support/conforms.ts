// SPDX-License-Identifier: MPL-2.0
// Does a value have the form that core/schema.json promises? The types are only as true as this.
import { readJson } from "./root.ts";

const schema = readJson("core", "schema.json");

const primitives: Record<string, (value: any) => boolean> = {
  string: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  positive: (value) => Number.isSafeInteger(value) && value > 0,
  size: (value) => Number.isSafeInteger(value) && value >= 0,
  base64: (value) => typeof value === "string" && /^[A-Za-z0-9+/]*={0,2}$/.test(value),
  time: (value) => typeof value === "string" && !Number.isNaN(Date.parse(value)),
  id: (value) => typeof value === "string" || typeof value === "number",
  reason: (value) => value in schema.reasons,
  errorKind: (value) => schema.errors.includes(value),
};

function named(type: string, value: any, path: string): string[] {
  if (type.endsWith("|null")) return value === null ? [] : named(type.slice(0, -5), value, path);
  if (type.endsWith("[]")) return listed(type.slice(0, -2), value, path);
  if (type.endsWith("{}")) return mapped(type.slice(0, -2), value, path);
  const primitive = primitives[type];
  if (!primitive) return misfits(schema.types[type], value, path);
  return primitive(value) ? [] : [`${path} is no ${type}: ${JSON.stringify(value)}`];
}

function listed(item: unknown, value: any, path: string): string[] {
  if (!Array.isArray(value)) return [`${path} is no list`];
  return value.flatMap((each, at) => misfits(item, each, `${path}[${at}]`));
}

function mapped(item: unknown, value: any, path: string): string[] {
  if (typeof value !== "object" || value === null) return [`${path} is no object`];
  return Object.entries(value).flatMap(([name, each]) => misfits(item, each, `${path}.${name}`));
}

/** What does not fit, each with where it is. Members that are not known are no misfits. */
export function misfits(type: any, value: any, path = "result"): string[] {
  if (typeof type === "string") return named(type, value, path);
  if (Array.isArray(type))
    return type.includes(value) ? [] : [`${path} is none of ${type}: ${JSON.stringify(value)}`];
  if ("[]" in type)
    return listed(type["[]"], type.or ? value?.filter((v: any) => typeof v !== type.or) : value, path);
  if ("{}" in type) return mapped(type["{}"], value, path);
  if (typeof value !== "object" || value === null) return [`${path} is no object`];
  return Object.entries(type).flatMap(([member, inner]) => {
    const name = member.replace("?", "");
    if (value[name] === undefined) return member.endsWith("?") ? [] : [`${path}.${name} is missing`];
    return misfits(inner, value[name], `${path}.${name}`);
  });
}

export const resultMisfits = (method: string, result: unknown) =>
  misfits(schema.methods[method].result, result, method);
