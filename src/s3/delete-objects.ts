import { ServiceError } from "../aws/errors/errors.ts";
import { decideRetry } from "../aws/retry.ts";
import type { XmlElement } from "../aws/xml.ts";
import { asReason } from "../errors/bounded-text.ts";
import { pause } from "../scheduling/back-off.ts";
import type { Bucket } from "./bucket.ts";
import { inParallel } from "./concurrency/in-parallel.ts";
import { childElements, childText, escapeXml, notS3, readResult, S3_NAMESPACE, xmlRequest } from "./xml-body.ts";

/** The most keys that S3 takes in one request. */
export const MAX_KEYS_PER_DELETE = 1000;

/** An object that could not be deleted. */
export interface DeleteFailure {
  readonly key: string;
  readonly error: ServiceError;
}

export interface DeleteOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with keys as soon as their objects are deleted, also if a later request fails. */
  onDeleted?(keys: readonly string[]): void;
}

/** Requests for the same keys, if S3 is too busy to delete some of them. */
const MAX_ROUNDS = 5;
/** Requests at once for keys that have to be deleted one by one. */
const SINGLE_DELETES_AT_ONCE = 8;

/**
 * Deletes up to 1,000 objects. A key without an object counts as deleted. In a bucket with versions the objects get a
 * delete marker.
 *
 * @returns the objects that are still there, each with its reason.
 * @throws what `Bucket.send` throws if a request fails as a whole.
 *
 * Source: DeleteObjects in the Amazon S3 API Reference.
 */
export async function deleteObjects(
  bucket: Bucket,
  keys: readonly string[],
  options: DeleteOptions = {},
): Promise<DeleteFailure[]> {
  const plainKeys = keys.filter((key) => !NOT_IN_XML.test(key));
  const oddKeys = keys.filter((key) => NOT_IN_XML.test(key));
  const failures = await deleteTogether(bucket, plainKeys, options);
  const oddFailures = await inParallel(oddKeys, SINGLE_DELETES_AT_ONCE, options.signal, (key, _, signal) =>
    deleteAlone(bucket, key, { ...options, signal }),
  );
  return [...failures, ...oddFailures.filter((failure) => failure !== undefined)];
}

/** Characters that no XML 1.0 document can hold, not even by number. Source: XML 1.0, production 2. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const NOT_IN_XML = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;

async function deleteTogether(
  bucket: Bucket,
  keys: readonly string[],
  { signal, onDeleted }: DeleteOptions,
): Promise<DeleteFailure[]> {
  const failures: DeleteFailure[] = [];
  let left = keys;
  for (let round = 1; left.length > 0; round++) {
    const failed = await requestDeletion(bucket, left, signal);
    const refused = new Set(failed.map(({ key }) => key));
    onDeleted?.(left.filter((key) => !refused.has(key)));
    let delayMs = 0;
    left = failed.flatMap((failure) => {
      const decision = decideRetry(failure.error, round);
      if (round < MAX_ROUNDS && decision.retry) {
        delayMs = Math.max(delayMs, decision.delayMs);
        return [failure.key];
      }
      failures.push(failure);
      return [];
    });
    if (left.length > 0) await pause(delayMs, signal);
  }
  return failures;
}

async function requestDeletion(
  bucket: Bucket,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<DeleteFailure[]> {
  const objects = keys.map((key) => `<Object><Key>${escapeXml(key)}</Key></Object>`).join("");
  const response = await bucket.send({
    method: "POST",
    key: "",
    query: { delete: "" },
    ...xmlRequest(`<Delete xmlns="${S3_NAMESPACE}"><Quiet>true</Quiet>${objects}</Delete>`),
    signal,
  });
  const failures = childElements(await readResult(response, "DeleteResult"), "Error").map(failureOf);
  const asked = new Set(keys);
  if (failures.some(({ key }) => !asked.has(key)))
    throw notS3(response, "it names keys that the task did not ask to delete");
  return failures.filter(({ error }) => error.awsCode !== "NoSuchKey");
}

/** The HTTP statuses of these errors if they were answers on their own. Other errors about a key are client errors. */
const STATUS_OF_CODE: ReadonlyMap<string, number> = new Map([
  ["AccessDenied", 403],
  ["InternalError", 500],
  ["MethodNotAllowed", 405],
  ["ServiceUnavailable", 503],
  ["SlowDown", 503],
]);

function failureOf(element: XmlElement): DeleteFailure {
  const awsCode = childText(element, "Code") || "UnknownError";
  const serverMessage = asReason(childText(element, "Message") ?? "") || "the server gave no reason";
  const error = new ServiceError({ status: STATUS_OF_CODE.get(awsCode) ?? 400, awsCode, serverMessage });
  return { key: childText(element, "Key") ?? "", error };
}

async function deleteAlone(
  bucket: Bucket,
  key: string,
  { signal, onDeleted }: DeleteOptions,
): Promise<DeleteFailure | undefined> {
  try {
    await bucket.send({ method: "DELETE", key, signal });
  } catch (error) {
    // If a request for a single key fails, only a refusal is about that key.
    if (!(error instanceof ServiceError)) throw error;
    if (error.details.status !== 404 || error.awsCode !== "NoSuchKey") return { key, error };
  }
  onDeleted?.([key]);
  return undefined;
}
