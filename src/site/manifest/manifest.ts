import { CodedError } from "../../errors/coded-error.ts";
import { SITE_MANIFEST } from "../../sync/preview-folders.ts";
import type { WebsiteDocuments } from "../hosting/shared-website.ts";

/** The object, below the site's prefix, that holds what was published. */
export const MANIFEST_NAME = SITE_MANIFEST;

/** Whether an object, by its name, is the manifest of this site or of one below it. */
export function isManifestName(name: string): boolean {
  return name === MANIFEST_NAME || name.endsWith(`/${MANIFEST_NAME}`);
}

export const MANIFEST_VERSION = 1;

/** Of half a million objects. A larger one would take more memory than an agent may have. */
export const MAX_MANIFEST_BYTES = 128 * 1024 ** 2;

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
    `{"version":${MANIFEST_VERSION},"written":"${written}","run":${JSON.stringify(run)},`,
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
