import { CodedError } from "../../errors/coded-error.ts";
import type { WebsiteHosting } from "../../s3/buckets/website-configuration.ts";
import { formatEntries, type Manifest, type ManifestEntry } from "../manifest/manifest.ts";
import { isCount, isObject, parseEntries, parseObject } from "../manifest/read-manifest.ts";

const VERSION = 1;

/** The latest time that a Date has. Source: ECMAScript, "Time Values and Time Range". */
const MAX_TIME_MS = 8.64e15;

/** A run of the pipeline. */
export interface ReleaseRun {
  /** The run's name for people. */
  readonly name: string;
  readonly buildNumber?: string;
  readonly commit?: string;
}

/** The site's settings besides its objects. */
export interface ReleasedSite {
  readonly indexDocument: string;
  /** Relative to the site. */
  readonly errorDocument?: string;
  readonly singlePageApp: boolean;
  /** The site's URL, if it was known. */
  readonly siteUrl?: string;
  /** Its website configuration; absent if the publish did not set it. */
  readonly website?: WebsiteHosting;
}

/** A release that was completely live, with everything that is needed to restore it. */
export interface ReleaseRecord {
  readonly number: number;
  /** When it went live: milliseconds since 1970. */
  readonly publishedMs: number;
  readonly run: ReleaseRun;
  /** The first release with this content: this one, unless a rollback made it. */
  readonly content: { readonly number: number; readonly run: ReleaseRun };
  /** The content number of the release that was live before this content was published; absent for the first. */
  readonly precededBy?: number;
  readonly site: ReleasedSite;
  /** By name: what visitors got. */
  readonly entries: Manifest["entries"];
}

/** The record is not one that this version of the task understands. */
export class RecordError extends CodedError {
  override readonly name: string = "RecordError";
}

/** The entries of a manifest that the site shows, without those that are only kept for open pages or will be deleted. */
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
  if (!isRecord) throw new RecordError("release-record-invalid", "it is incomplete");
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

/** The agent sends requests to it, so it must only be the address of a web server. */
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
