import { asReason, shorten } from "../../errors/bounded-text.ts";
import type { WebsiteDocuments } from "../hosting/shared-website.ts";
import {
  MANIFEST_VERSION,
  type Manifest,
  type ManifestEntry,
  ManifestError,
  type PublishRun,
  type ReleaseMark,
} from "./manifest.ts";

type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

/** Of a key, in bytes of UTF-8. Source: "Naming Amazon S3 objects" in the Amazon S3 User Guide. */
const MAX_NAME_BYTES = 1024;
const MAX_TEXT_LENGTH = 1024;
/** The longest field or name in a message. */
const MAX_SHOWN_LENGTH = 100;
/** The form of `toISOString`. Other texts and years are not times of a publish. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/;
/** A token of RFC 9110; `compress` and the names of what is stored beside an object are tokens too. */
const HEADER_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]{1,256}$/i;

/**
 * Reads a manifest. Anyone who may write to the bucket may have written it, so everything is checked, and a field that a publish would
 * not write is named.
 *
 * @throws {ManifestError} if it is none, or one of a later version.
 */
export function parseManifest(text: string): Manifest {
  const document = parseObject(text);
  const { version, run, written, website, release } = document;
  if (version !== MANIFEST_VERSION) throw invalid(`its version is ${show(version)}, not ${MANIFEST_VERSION}`);
  if (!isRun(run)) throw invalid('its "run" does not name a publish');
  if (!isTime(written)) throw invalid('its "written" is not a time');
  const entries = parseEntries(document);
  const documents = readWebsite(website);
  return {
    run: { id: run.id, name: run.name },
    writtenMs: Date.parse(written),
    entries,
    ...(documents ? { website: documents } : {}),
    ...(release === undefined ? {} : { release: readRelease(release) }),
  };
}

/**
 * Reads what `formatEntries` wrote, with the same checks.
 *
 * @throws {ManifestError} if it is something else.
 */
export function parseEntries({ headers, objects }: Fields): Manifest["entries"] {
  if (!Array.isArray(headers)) throw invalid('its "headers" is not a list');
  if (!Array.isArray(objects)) throw invalid('its "objects" is not a list');
  const headerSets = headers.map(readHeaders);
  const entries = new Map<string, ManifestEntry>();
  for (const [index, object] of objects.entries()) {
    const [name, entry] = readEntry(object, index, headerSets);
    if (entries.has(name)) throw invalid(`its object ${index + 1} (${show(name)}) occurs twice`);
    entries.set(name, entry);
  }
  return entries;
}

/** @throws {ManifestError} if the text is not a JSON object. */
export function parseObject(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(`it is not JSON: ${asReason((error as Error).message)}`);
  }
  if (!isObject(value)) throw invalid("it is not a JSON object");
  return value;
}

function readHeaders(headers: unknown, index: number): ManifestEntry["headers"] {
  const isValid =
    isObject(headers) &&
    Object.entries(headers).every(([name, value]) => HEADER_NAME.test(name) && typeof value === "string");
  if (!isValid) throw invalid(`item ${index + 1} of its "headers" is not a set of header names and values`);
  return headers as ManifestEntry["headers"];
}

const CHECKS = {
  name: isName,
  sizeBytes: isCount,
  etag: isText,
  sha256: (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value),
  removed: (value) => value === undefined || isTime(value),
  reusesName: (value) => value === undefined || value === true,
  pending: (value) =>
    value === undefined ||
    (isObject(value) &&
      (value.foreignEtag === undefined || isText(value.foreignEtag)) &&
      (value.isLeaving === undefined || value.isLeaving === true)),
} as const satisfies Readonly<Record<string, Check>>;

/** An object of the manifest, as it is once its fields are checked. */
interface CheckedObject extends Pick<ManifestEntry, "sizeBytes" | "etag" | "sha256" | "reusesName" | "pending"> {
  readonly name: string;
  readonly removed?: string;
}

function readEntry(
  object: unknown,
  index: number,
  headerSets: readonly ManifestEntry["headers"][],
): [name: string, entry: ManifestEntry] {
  if (!isObject(object)) throw invalid(`its object ${index + 1} is ${show(object)}`);
  const named = isName(object.name) ? ` (${show(object.name)})` : "";
  const wrong = (field: string) =>
    invalid(`"${field}" of its object ${index + 1}${named} is ${show(object[field])}, which no publish writes`);
  for (const [field, isValid] of Object.entries<Check>(CHECKS)) if (!isValid(object[field])) throw wrong(field);
  const headers = isCount(object.headers) ? headerSets[object.headers] : undefined;
  if (!headers) throw wrong("headers");
  const { name, sizeBytes, etag, sha256, removed, reusesName, pending } = object as unknown as CheckedObject;
  return [
    name,
    {
      sizeBytes,
      etag,
      sha256,
      headers,
      ...(removed === undefined ? {} : { removedMs: Date.parse(removed) }),
      ...(reusesName ? { reusesName } : {}),
      ...(pending ? { pending: readPending(pending) } : {}),
    },
  ];
}

type Pending = NonNullable<ManifestEntry["pending"]>;

function readPending({ foreignEtag, isLeaving }: Pending): Pending {
  return { ...(foreignEtag === undefined ? {} : { foreignEtag }), ...(isLeaving ? { isLeaving } : {}) };
}

function readWebsite(website: unknown): WebsiteDocuments | undefined {
  if (website === undefined) return undefined;
  const { indexDocument, errorDocument } = isObject(website) ? website : {};
  if (!isName(indexDocument)) throw invalid('its "website" does not name the index document');
  if (errorDocument === undefined) return { indexDocument };
  if (!isName(errorDocument)) throw invalid(`the error document of its "website" is ${show(errorDocument)}`);
  return { indexDocument, errorDocument };
}

function readRelease(release: unknown): ReleaseMark {
  const { number, rolledBackTo, underWay } = isObject(release) ? release : {};
  if (!isCount(number)) throw invalid(`the number of its "release" is ${show(number)}`);
  if (rolledBackTo !== undefined && !isCount(rolledBackTo))
    throw invalid(`"rolledBackTo" of its "release" is ${show(rolledBackTo)}`);
  const mark = { number, ...(rolledBackTo === undefined ? {} : { rolledBackTo }) };
  if (underWay === undefined) return mark;
  const { rollbackTo } = isObject(underWay) ? underWay : {};
  if (!isObject(underWay) || (rollbackTo !== undefined && !isCount(rollbackTo)))
    throw invalid(`"underWay" of its "release" is ${show(underWay)}`);
  return { ...mark, underWay: rollbackTo === undefined ? {} : { rollbackTo } };
}

function invalid(what: string): ManifestError {
  return new ManifestError("manifest-invalid", what);
}

function isRun(value: unknown): value is PublishRun {
  return isObject(value) && isText(value.id) && isText(value.name);
}

function isTime(value: unknown): value is string {
  return typeof value === "string" && TIME.test(value) && !Number.isNaN(Date.parse(value));
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "" && Buffer.byteLength(value) <= MAX_NAME_BYTES;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= MAX_TEXT_LENGTH;
}

/** Whether it is a whole number from 0. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Whether it is an object of JSON with names, and not a list. */
export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value from outside for a message, as text and cut. */
function show(value: unknown): string {
  return value === undefined ? "missing" : shorten(JSON.stringify(value), MAX_SHOWN_LENGTH);
}
