import { CodedError } from "../../errors/coded-error.ts";
import type { WebsiteDocuments } from "../hosting/shared-website.ts";

/** The object, below the site's prefix, that holds what was published. */
export const MANIFEST_NAME = ".s3-site.json";

/** Whether an object, by its name, is the manifest of this site or of one below it. */
export function isManifestName(name: string): boolean {
  return name === MANIFEST_NAME || name.endsWith(`/${MANIFEST_NAME}`);
}

const VERSION = 1;

/** What the site's objects were when they were last published, and so what is the site's to delete. */
export interface Manifest {
  readonly run: PublishRun;
  /** When it was written: milliseconds since 1970. */
  readonly writtenMs: number;
  /** By name: the key, less the prefix. */
  readonly entries: ReadonlyMap<string, ManifestEntry>;
  /** The documents of the bucket's website configuration, where a publish of this site has set them. */
  readonly website?: WebsiteDocuments;
  /** Which release visitors get, if releases are kept. */
  readonly release?: ReleaseMark;
}

/** Which release a site shows. Where its record is, the manifest does not tell: visitors may read it. */
export interface ReleaseMark {
  /** Of the release that was last shown as a whole; 0 if there was none yet. */
  readonly number: number;
  /** The release whose content it has, if it came by a rollback. */
  readonly rolledBackTo?: number;
  /** Set while a publish or a rollback is under way, and left so by one that did not end well: visitors may get something else. */
  readonly underWay?: { readonly rollbackTo?: number };
}

/** A publish, as another one tells of it. */
export interface PublishRun {
  /** No other attempt at a publish has it. */
  readonly id: string;
  /** The run of the pipeline, as people know it. */
  readonly name: string;
}

/** An object, as it was stored by a publish; or, while one is under way, as it is about to be. */
export interface ManifestEntry {
  /** Of what is stored: fewer than the file's where it was compressed. */
  readonly sizeBytes: number;
  /** Without quotation marks. */
  readonly etag: string;
  /** Of the file, in hex. */
  readonly sha256: string;
  /** All that S3 was told, tags, encryption and the wanted compression among it. */
  readonly headers: Readonly<Record<string, string>>;
  /** Since when the site does without it: milliseconds since 1970. */
  readonly removedMs?: number;
  /** Its bytes changed under a name that looks like one with a hash of its content. */
  readonly reusesName?: true;
  /** Set while it is being stored or deleted, and left so by a publish that broke off. */
  readonly pending?: {
    /** The ETag of an object of somebody else that stood there before. */
    readonly foreignEtag?: string;
    /** It is being deleted, or gone but perhaps not from caches, so that nothing else than what the entry tells of is there of the site's. */
    readonly isLeaving?: true;
  };
}

/** The manifest is not one that this version of the task understands. */
export class ManifestError extends CodedError {
  override readonly name: string = "ManifestError";
}

/** Writes a manifest as JSON, an object a line. */
export function formatManifest({ run, writtenMs, entries, website, release }: Manifest): string {
  const written = new Date(writtenMs).toISOString();
  return [
    `{"version":${VERSION},"written":"${written}","run":${JSON.stringify(run)},`,
    ...(website ? [`"website":${JSON.stringify(website)},`] : []),
    ...(release ? [`"release":${JSON.stringify(release)},`] : []),
    `${formatEntries(entries)}}\n`,
  ].join("\n");
}

/** Writes entries as members of a JSON object, an entry a line; equal headers stand in it once. */
export function formatEntries(entries: Manifest["entries"]): string {
  const headerSets = new Map<string, number>();
  const lines = [...entries].map(([name, { headers, removedMs, ...entry }]) => {
    const text = JSON.stringify(headers);
    const index = headerSets.get(text) ?? headerSets.size;
    headerSets.set(text, index);
    const removed = removedMs === undefined ? {} : { removed: new Date(removedMs).toISOString() };
    return JSON.stringify({ name, ...entry, headers: index, ...removed });
  });
  return `"headers":[\n${[...headerSets.keys()].join(",\n")}\n],\n"objects":[\n${lines.join(",\n")}\n]`;
}

/**
 * Reads a manifest.
 *
 * @throws {ManifestError} where it is none, or one of a later version.
 */
export function parseManifest(text: string): Manifest {
  const document = parseObject(text);
  if (document.version !== VERSION)
    throw new ManifestError("manifest-invalid", `it is of version ${document.version}, not ${VERSION}`);
  const { run, release } = document;
  if (!isRun(run)) throw new ManifestError("manifest-invalid", "it lacks its parts");
  const writtenMs = Date.parse(String(document.written));
  if (Number.isNaN(writtenMs)) throw new ManifestError("manifest-invalid", "it does not tell when it was written");
  const entries = parseEntries(document);
  const website = readWebsite(document.website);
  return { run, writtenMs, entries, ...(website ? { website } : {}), ...readRelease(release) };
}

/**
 * Reads what `formatEntries` wrote.
 *
 * @throws {ManifestError} if it is something else.
 */
export function parseEntries({ headers, objects }: Readonly<Record<string, unknown>>): Manifest["entries"] {
  if (!Array.isArray(headers) || !Array.isArray(objects))
    throw new ManifestError("manifest-invalid", "it lacks its parts");
  return new Map(objects.map((object) => readEntry(object, headers)));
}

function readRelease(release: unknown): Pick<Manifest, "release"> {
  if (release === undefined) return {};
  const { number, rolledBackTo, underWay } = (release ?? {}) as Record<string, unknown>;
  const rollbackTo = isObject(underWay) ? underWay.rollbackTo : undefined;
  const isRelease =
    isCount(number) &&
    [rolledBackTo, rollbackTo].every((each) => each === undefined || isCount(each)) &&
    (underWay === undefined || isObject(underWay));
  if (!isRelease) throw new ManifestError("manifest-invalid", "it does not tell which release it is of");
  return { release: release as ReleaseMark };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function readWebsite(website: unknown): WebsiteDocuments | undefined {
  if (website === undefined) return undefined;
  const { indexDocument, errorDocument } = (website ?? {}) as Record<string, unknown>;
  if (typeof indexDocument !== "string")
    throw new ManifestError("manifest-invalid", "it does not tell the index document");
  return { indexDocument, ...(typeof errorDocument === "string" ? { errorDocument } : {}) };
}

function readEntry(object: unknown, headerSets: readonly unknown[]): [name: string, ManifestEntry] {
  const { name, sizeBytes, etag, sha256, headers, removed, reusesName, pending } = (object ?? {}) as Record<
    string,
    unknown
  >;
  const headerSet = headerSets[headers as number];
  const removedMs = removed === undefined ? undefined : Date.parse(String(removed));
  const isEntry =
    typeof name === "string" &&
    typeof sizeBytes === "number" &&
    typeof etag === "string" &&
    typeof sha256 === "string" &&
    isObject(headerSet) &&
    !Number.isNaN(removedMs) &&
    (pending === undefined || isObject(pending));
  if (!isEntry)
    throw new ManifestError("manifest-invalid", `its entry ${JSON.stringify(object).slice(0, 200)} is none`);
  return [
    name,
    {
      sizeBytes,
      etag,
      sha256,
      headers: headerSet as ManifestEntry["headers"],
      ...(removedMs === undefined ? {} : { removedMs }),
      ...(reusesName === true ? { reusesName } : {}),
      ...(pending === undefined ? {} : { pending }),
    },
  ];
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch (error) {
    throw new ManifestError("manifest-invalid", `it is no JSON: ${(error as Error).message}`);
  }
  throw new ManifestError("manifest-invalid", "it is no JSON object");
}

function isRun(value: unknown): value is PublishRun {
  return isObject(value) && typeof value.id === "string" && typeof value.name === "string";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
