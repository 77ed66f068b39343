import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Picture } from "./picture.ts";

/** Beside the pictures: the hash of what each is made of. */
export const HASHES_PATH = "images/sources.json";

/** Hashes by the paths of the pictures. */
type SourceHashes = Readonly<Record<string, string>>;

/** SHA-256 of what pictures are made of, in hex. */
export function hashSources(pictures: readonly Picture[]): SourceHashes {
  return Object.fromEntries(
    pictures.map(({ path, html, source = html }) => [path, createHash("sha256").update(source).digest("hex")]),
  );
}

/** What the pictures of the repository were made of. */
export function readHashes(root: string): SourceHashes {
  return JSON.parse(readFileSync(join(root, HASHES_PATH), "utf8"));
}
