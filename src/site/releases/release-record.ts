import { CodedError } from "../../errors/coded-error.ts";
import type { WebsiteHosting } from "../../s3/buckets/website-configuration.ts";
import { formatEntries, type Manifest, type ManifestEntry } from "../manifest/manifest.ts";
import { isCount, isObject, parseEntries, parseObject } from "../manifest/read-manifest.ts";

const VERSION = 1;

/** The latest time that a Date has. Source: ECMAScript, "Time Values and Time Range". */
const MAX_TIME_MS = 8.64e15;

/** A run of the pipeline. */
export interface ReleaseRun {
  /** As people know it. */
  readonly name: string;
  readonly buildNumber?: string;
  readonly commit?: string;
}

/** How the site answered, beside its objects. */
export interface ReleasedSite {
  readonly indexDocument: string;
  /** Relative to the site. */
  readonly errorDocument?: string;
  readonly singlePageApp: boolean;
  /** Where visitors found it, if that was known. */
  readonly siteUrl?: string;
  /** What it wanted of the bucket's website endpoint; absent if that was not the publish's to set. */
  readonly website?: WebsiteHosting;
}

/** A release that was live as a whole, with all that is needed to bring it back. */
export interface ReleaseRecord {
  readonly number: number;
  /** When it went live: milliseconds since 1970. */
  readonly publishedMs: number;
  readonly run: ReleaseRun;
  /** The release that had this content first: this one, unless it came by a rollback. */
  readonly content: { readonly number: number; readonly run: ReleaseRun };
  /** By its content's number, the release that was live before the content was published; absent for the first. */
  readonly precededBy?: number;
  readonly site: ReleasedSite;
  /** By name: what visitors got. */
  readonly entries: Manifest["entries"];
}

/** The record is not one that this version of the task understands. */
export class RecordError extends CodedError {
  override readonly name: string = "RecordError";
}

/** Of a manifest's entries, those that the site shows: neither kept for pages that are open, nor about to leave. */
export function shownEntries(entries: Manifest["entries"]): Map<string, ManifestEntry> {
  return new Map([...entries].filter(([, { removedMs, pending }]) => removedMs === undefined && pending === undefined));
}

/** Writes a record as JSON. */
export function formatRecord({ entries, ...record }: ReleaseRecord): string {
  return `${JSON.stringify({ version: VERSION, ...record }).slice(0, -1)},\n${formatEntries(entries)}}\n`;
}

/**
 * Reads a record.
 *
 * @throws {RecordError} if it is none, or one of a later version.
 */
export function parseRecord(text: string): ReleaseRecord {
  const document = readPart(() => parseObject(text));
  const { version, number, publishedMs, run, content, precededBy, site } = document;
  if (version !== VERSION)
    throw new RecordError("release-record-invalid", `it is of version ${version}, not ${VERSION}`);
  const isRecord =
    isCount(number) &&
    isCount(publishedMs) &&
    publishedMs <= MAX_TIME_MS &&
    isRun(run) &&
    isObject(content) &&
    isCount(content.number) &&
    isRun(content.run) &&
    (precededBy === undefined || isCount(precededBy)) &&
    isSite(site);
  if (!isRecord) throw new RecordError("release-record-invalid", "it lacks its parts");
  const entries = readPart(() => parseEntries(document));
  return {
    number,
    publishedMs,
    run,
    content: { number: content.number as number, run: content.run as ReleaseRun },
    ...(precededBy === undefined ? {} : { precededBy: precededBy as number }),
    site,
    entries,
  };
}

/** Reads a part that manifests have too, whose functions throw an error of the manifest. */
function readPart<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new RecordError("release-record-invalid", (error as Error).message, { cause: error });
  }
}

function isRun(value: unknown): value is ReleaseRun {
  return isObject(value) && typeof value.name === "string" && isText(value.buildNumber) && isText(value.commit);
}

function isSite(value: unknown): value is ReleasedSite {
  return (
    isObject(value) &&
    typeof value.indexDocument === "string" &&
    isText(value.errorDocument) &&
    typeof value.singlePageApp === "boolean" &&
    (value.siteUrl === undefined || isSiteUrl(value.siteUrl)) &&
    (value.website === undefined || isWebsite(value.website))
  );
}

/** The agent asks for it, so it must be no more than an address of a web server. */
function isSiteUrl(value: unknown): boolean {
  if (typeof value !== "string" || !URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return /^https?:$/.test(protocol) && username === "" && password === "";
}

function isWebsite(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value.indexDocument === "string" &&
    isText(value.errorDocument) &&
    Array.isArray(value.routingRules) &&
    value.routingRules.every((rule) => isObject(rule) && isTexts(rule.condition) && isTexts(rule.redirect))
  );
}

function isTexts(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((each) => typeof each === "string");
}

/** Whether it is a text, if it is there. */
function isText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === "string";
}
