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

/** Of half a million objects, some of which are being deleted. A larger one would take more memory than an agent may have. */
export const MAX_MANIFEST_BYTES = 170 * 1024 ** 2;

/** The site's objects at the last publish, and so the objects that the site may delete. */
export interface Manifest {
  readonly run: PublishRun;
  /** When it was written: milliseconds since 1970. */
  readonly writtenMs: number;
  /** By name: the key, less the prefix. */
  readonly entries: ReadonlyMap<string, ManifestEntry>;
  /** The documents of the bucket's website configuration, if a publish of this site has set them. */
  readonly website?: WebsiteDocuments;
  /** Which release visitors get, if releases are kept. */
  readonly release?: ReleaseMark;
}

/** The release that a site shows. The manifest does not contain the path of its record, because visitors may read the manifest. */
export interface ReleaseMark {
  /** The number of the release that was last live completely; 0 if there was none yet. */
  readonly number: number;
  /** The release whose content it has, if it came by a rollback. */
  readonly rolledBackTo?: number;
  /** Set while a publish or rollback runs, and still set after one that failed: visitors may get a mixture. */
  readonly underWay?: { readonly rollbackTo?: number };
}

/** A publish, as described to another one. */
export interface PublishRun {
  /** Unique for each publish. */
  readonly id: string;
  /** The run of the pipeline, as people know it. */
  readonly name: string;
}

/** An object as a publish stored it, or, while one runs, as it will store it. */
export interface ManifestEntry {
  /** The stored size, which is smaller than the file's if it was compressed. */
  readonly sizeBytes: number;
  /** Without quotation marks. */
  readonly etag: string;
  /** Of the file, in hex. */
  readonly sha256: string;
  /** All settings that were sent to S3, including tags, encryption and the wanted compression. */
  readonly headers: Readonly<Record<string, string>>;
  /** When the site stopped using it: milliseconds since 1970. */
  readonly removedMs?: number;
  /** Its bytes changed under a name that looks like one with a hash of its content. */
  readonly reusesName?: true;
  /** Set while it is being stored or deleted, and still set after a publish that broke off. */
  readonly pending?: {
    /** The ETag of a foreign object that was there before. */
    readonly foreignEtag?: string;
    /** It is being deleted, or is deleted but perhaps still in caches. The site has no other object of this name. */
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

/** Writes entries as members of a JSON object, one entry per line. Equal headers are written once. */
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
