import { CodedError } from "../../errors/coded-error.ts";
import type { ObjectSettings } from "../options.ts";
import type { CacheControlRule } from "./cache-control.ts";
import type { HeaderRule } from "./header-rules.ts";
import { MAX_METADATA_BYTES, metadataBytes } from "./metadata.ts";

/** The object settings of the inputs, each read separately. */
export interface ObjectSettingsParts extends Omit<ObjectSettings, "headersFor" | "rules"> {
  /** For every file, unless a rule has another value. Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The first that matches a file decides. */
  readonly cacheControl: readonly CacheControlRule[];
  /** All that match a file apply, the later ones over the earlier, and over `cacheControl` and `headers`. */
  readonly rules: readonly HeaderRule[];
}

/**
 * Combines the object settings of a step.
 *
 * @throws {AggregateError} of an Error for each rule that, with the metadata of every file, has more metadata than S3 takes.
 */
export function createObjectSettings(parts: ObjectSettingsParts): ObjectSettings {
  const { headers, cacheControl, rules, ...others } = parts;
  const tooLarge = rules.flatMap((rule) => {
    const sizeBytes = metadataBytes({ ...headers, ...rule.headers });
    return sizeBytes > MAX_METADATA_BYTES
      ? [new CodedError("metadata-too-large", `line ${rule.line}: ${describeExcess(sizeBytes)}`)]
      : [];
  });
  if (tooLarge.length > 0) throw new AggregateError(tooLarge, "too much metadata");
  return {
    ...others,
    headersFor: headersByRules(headers, cacheControl, rules),
    rules: [
      ...cacheControl.map(({ line, patterns }) => ({ input: "cacheControl" as const, line, patterns })),
      ...rules.map(({ line, patterns }) => ({ input: "headers" as const, line, patterns })),
    ],
  };
}

/** Cached, because a million files share a few sets of rules. */
function headersByRules(
  headers: ObjectSettingsParts["headers"],
  cacheControl: readonly CacheControlRule[],
  rules: readonly HeaderRule[],
): ObjectSettings["headersFor"] {
  const bySet = new Map<string, Readonly<Record<string, string>>>();
  if (cacheControl.length === 0 && rules.length === 0) return () => headers;
  return (path) => {
    const cacheControlIndex = cacheControl.findIndex(({ patterns }) => patterns.matches(path));
    let set = `${cacheControlIndex}`;
    for (const [index, { patterns }] of rules.entries()) if (patterns.matches(path)) set += ` ${index}`;
    const known = bySet.get(set);
    if (known) return known;
    const cache = cacheControl[cacheControlIndex];
    const merged: Record<string, string> = { ...headers, ...(cache ? { "cache-control": cache.value } : {}) };
    for (const { patterns, headers: own } of rules) if (patterns.matches(path)) Object.assign(merged, own);
    const sizeBytes = metadataBytes(merged);
    if (sizeBytes > MAX_METADATA_BYTES)
      throw new CodedError("metadata-too-large", `headers: ${path}: ${describeExcess(sizeBytes)}`);
    bySet.set(set, merged);
    return merged;
  };
}

function describeExcess(sizeBytes: number): string {
  return `the metadata of a file has ${sizeBytes} bytes in total, and S3 allows ${MAX_METADATA_BYTES}. Shorten it.`;
}
