import { readFile } from "node:fs/promises";
import { eventLoopTurns } from "../../scheduling/event-loop-turns.ts";
import { isPage } from "../content/cache-preset.ts";
import { mediaTypeOf } from "../content/text-like.ts";
import type { SiteObject } from "../plan/site-object.ts";
import { pageReferences } from "./page-references.ts";
import { stylesheetReferences } from "./stylesheet-references.ts";

/** A reference from a file of the site to a path outside of the site, at which the site has a file under its own path. */
export interface LeavingReference {
  /** The path of the file that has it, relative to the site. */
  readonly path: string;
  readonly reference: string;
}

/** This many show that the site was built for another base path; more are not needed. */
const MAX_REFERENCES = 1_000;
/** Larger than any page for people. */
const MAX_FILE_BYTES = 8 * 1024 ** 2;

/**
 * Finds references of pages and stylesheets to the root of the host, although the site is below it.
 *
 * @param basePath the path of the site's URL, with a `/` at both ends.
 * @returns at most 1,000.
 * @throws the signal's reason.
 */
export async function findLeavingReferences(
  objects: ReadonlyMap<string, SiteObject>,
  basePath: string,
  indexDocument: string,
  signal: AbortSignal,
): Promise<readonly LeavingReference[]> {
  const { Parser } = await import("./html-parser.ts");
  const takeTurns = eventLoopTurns(signal);
  const leaving: LeavingReference[] = [];
  const seenFiles = new Set<string>();
  for (const { file, headers } of objects.values()) {
    const type = headers["content-type"] ?? "";
    const isStylesheet = mediaTypeOf(type) === "text/css";
    if (!file || seenFiles.has(file.path) || file.sizeBytes > MAX_FILE_BYTES || !(isStylesheet || isPage(type)))
      continue;
    seenFiles.add(file.path);
    // If a file disappears meanwhile, the publish reports it.
    const text = await readFile(file.absolutePath, "utf8").catch(() => "");
    for (const reference of new Set(isStylesheet ? stylesheetReferences(text) : pageReferences(text, Parser)))
      if (leaves(reference, basePath, objects, indexDocument)) leaving.push({ path: file.path, reference });
    if (leaving.length >= MAX_REFERENCES) return leaving.slice(0, MAX_REFERENCES);
    await takeTurns();
  }
  return leaving;
}

/** Whether a reference leads out of the site to the root of the host, but its path is that of a file of the site. */
function leaves(
  reference: string,
  basePath: string,
  objects: ReadonlyMap<string, SiteObject>,
  indexDocument: string,
): boolean {
  if (!reference.startsWith("/") || reference.startsWith("//")) return false;
  const path = decode(reference.replace(/[?#].*$/s, ""));
  if (path === undefined || `${path}/`.startsWith(basePath)) return false;
  const name = path.slice(1);
  const folder = name === "" || name.endsWith("/") ? name : `${name}/`;
  return [name, folder + indexDocument, `${name}.html`].some((each) => objects.has(each));
}

/** @returns undefined if it is not encoded as a URL is. */
function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
