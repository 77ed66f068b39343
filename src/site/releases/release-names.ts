import { hash, randomBytes } from "node:crypto";
import { isInReleasesFolder, RELEASES_FOLDER } from "../../files/patterns.ts";
import type { ManifestEntry } from "../manifest/manifest.ts";

/** 128 bits: visitors who can read the site but not list the bucket cannot guess the folder. */
const FOLDER_BYTES = 16;
const NAME = new RegExp(
  `^(?<folder>${RELEASES_FOLDER.replace(".", "\\.")}/[0-9a-f]{${FOLDER_BYTES * 2}}/)(?:releases/(?<release>\\d{1,15})\\.json|kept/(?<superseded>\\d{1,15})/(?<object>[^/]+))$`,
);

/** This much of a digest is enough to distinguish sets of headers. */
const HEADERS_DIGEST_LENGTH = 16;

/** The meaning of an object's name in the folder of the releases. */
export type ReleaseName =
  | { readonly kind: "record"; readonly folder: string; readonly release: number }
  | { readonly kind: "kept"; readonly folder: string; readonly superseded: number; readonly object: string };

/** Whether an object, by its name, belongs to the releases of this site or of one below it. */
export function isReleaseName(name: string): boolean {
  return isInReleasesFolder(name);
}

/** Whether it belongs to those of this site. */
export function isOwnRelease(name: string): boolean {
  return name.startsWith(`${RELEASES_FOLDER}/`);
}

/** Parses a name, relative to the site; undefined if this version of the task does not store such names. */
export function parseReleaseName(name: string): ReleaseName | undefined {
  const { folder, release, superseded, object } = NAME.exec(name)?.groups ?? {};
  if (folder === undefined) return undefined;
  if (release !== undefined) return { kind: "record", folder, release: Number(release) };
  return { kind: "kept", folder, superseded: Number(superseded), object: object ?? "" };
}

/** A folder that nobody can guess, relative to the site, with a `/` at its end. */
export function newReleasesFolder(): string {
  return `${RELEASES_FOLDER}/${randomBytes(FOLDER_BYTES).toString("hex")}/`;
}

/** The path of a release's record. */
export function recordName(folder: string, release: number): string {
  return `${folder}releases/${release}.json`;
}

/** The path for a kept object that the release was the last one to show. */
export function keptName(folder: string, superseded: number, object: string): string {
  return `${folder}kept/${superseded}/${object}`;
}

/** The key to find an object again: its bytes and all its settings. */
export function contentName({ sha256, headers }: Pick<ManifestEntry, "sha256" | "headers">): string {
  const sorted = Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${sha256}-${hash("sha256", JSON.stringify(sorted), "hex").slice(0, HEADERS_DIGEST_LENGTH)}`;
}
