import { join } from "node:path";
import { CodedError, codeOf } from "../../errors/coded-error.ts";
import { compareUtf8 } from "../../files/byte-order.ts";
import { guessContentType } from "../../files/content-type.ts";
import { RELEASES_FOLDER } from "../../files/patterns.ts";
import { type LocalFile, type ScanWarning, scan } from "../../files/scan.ts";
import { eventLoopTurns } from "../../scheduling/event-loop-turns.ts";
import { refuseObject } from "../../sync/plan/object-limits.ts";
import { nameExamples, type PlanProblem } from "../../sync/plan/plan.ts";
import { SkippedPaths } from "../../sync/plan/skipped-paths.ts";
import { FOREVER, isPage, presetCacheControl } from "../content/cache-preset.ts";
import { isWorthCompressing } from "../content/compress.ts";
import { precompressedHeaders } from "../content/precompressed.ts";
import { isManifestName } from "../manifest/manifest.ts";
import type { SiteOptions } from "../options.ts";
import { isReleaseName } from "../releases/release-names.ts";
import type { HeadersFile } from "../rules/headers-file.ts";
import { cleanNames, urlPathsOf } from "../url-paths.ts";
import type { SiteObject } from "./site-object.ts";
import { HEADERS_FILE, REDIRECTS_FILE } from "./site-rules.ts";

export interface SiteTreeContext {
  readonly options: SiteOptions;
  readonly headersFile: HeadersFile | undefined;
  /** Whether visitors use a website endpoint, which finds the index document of a folder by itself. */
  readonly hasWebsiteEndpoint: boolean;
  warn(warning: ScanWarning): void;
  readonly signal: AbortSignal;
}

interface SourceContext extends SiteTreeContext {
  /** Whether the site has a file of this path. */
  isThere(path: string): boolean;
}

export interface SiteTree {
  /** By name, in the order of their names. */
  readonly objects: ReadonlyMap<string, SiteObject>;
  readonly problems: readonly PlanProblem[];
  readonly filesFound: number;
  /** What was skipped with a warning. */
  readonly skippedPaths: SkippedPaths;
}

const RULE_FILES = new Set([HEADERS_FILE, REDIRECTS_FILE]);

/**
 * Reads the built site: one object for each file that matches the patterns, and for each additional address of a page.
 *
 * @throws {ScanError} if a folder cannot be read; the signal's reason.
 */
export async function readSiteTree(context: SiteTreeContext): Promise<SiteTree> {
  const { options, warn, signal } = context;
  const skippedPaths = new SkippedPaths();
  const note = (warning: ScanWarning) => skippedPaths.note(warning, warn);
  const { source, patterns, followSymlinks } = options;
  const files: LocalFile[] = [];
  for await (const file of scan(source, patterns, note, { followSymlinks, signal })) files.push(file);
  const reserved = files.filter(({ path }) => isReleaseName(path));
  const published = files.filter(({ path }) => !RULE_FILES.has(path) && !isManifestName(path) && !isReleaseName(path));
  const paths = new Set(published.map(({ path }) => path));
  const sources = { ...context, isThere: (path: string) => paths.has(path) };
  const problems = reservedProblems(reserved.map(({ path }) => path));
  const objects = new Map<string, SiteObject>();
  const addObject = (file: LocalFile, name: string) => {
    try {
      objects.set(name, makeObject(sources, file, name));
    } catch (error) {
      const what = name === file.path ? name : `${file.path}, as ${name} (cleanUrls),`;
      const message = `${what} cannot be published: ${(error as Error).message}.`;
      problems.push({ input: "sourceFolder", code: codeOf(error), message });
    }
  };
  const takeTurns = eventLoopTurns(signal);
  for (const file of published) {
    await takeTurns();
    addObject(file, file.path);
  }
  if (options.cleanUrls) addCleanNames(context, published, objects, addObject);
  problems.push(...missingDocuments(options, objects));
  return {
    objects: new Map([...objects].sort(([a], [b]) => compareUtf8(a, b))),
    problems,
    filesFound: published.length,
    skippedPaths,
  };
}

/** The name of the error document. */
export function errorDocumentOf(options: SiteOptions, objects: ReadonlyMap<string, SiteObject>): string | undefined {
  if (options.singlePageApp) return options.indexDocument;
  return options.errorDocument ?? (objects.has("404.html") ? "404.html" : undefined);
}

/** A page is also stored under its name without `.html`, with a `/` at its end and without, unless something else has that name. */
function addCleanNames(
  { options, hasWebsiteEndpoint }: SiteTreeContext,
  files: readonly LocalFile[],
  objects: ReadonlyMap<string, SiteObject>,
  addObject: (file: LocalFile, name: string) => void,
): void {
  const errorDocument = errorDocumentOf(options, objects);
  for (const file of files) {
    const page = objects.get(file.path);
    if (!page || page.kind === "asset" || file.path === errorDocument) continue;
    for (const name of cleanNames(file.path, options.indexDocument, hasWebsiteEndpoint)) {
      if (!objects.has(name) && !isManifestName(name)) addObject(file, name);
    }
  }
}

/** They would mix with the releases that the site keeps there. */
function reservedProblems(paths: readonly string[]): PlanProblem[] {
  if (paths.length === 0) return [];
  const names = nameExamples(paths);
  const message = `the site has files in a folder ${RELEASES_FOLDER}, where this task keeps releases: ${names}. Rename the folder, or exclude it with the pattern !**/${RELEASES_FOLDER}/**.`;
  return [{ input: "sourceFolder", code: "site-file-reserved", message }];
}

function missingDocuments(options: SiteOptions, objects: ReadonlyMap<string, SiteObject>): PlanProblem[] {
  const { indexDocument, errorDocument, source } = options;
  const advice = `Check sourceFolder, ${source}, and the patterns`;
  const missing = (input: string, name: string): PlanProblem => ({
    input,
    code: "site-document-not-found",
    message: `the site has no ${name}. ${advice}.`,
  });
  return [
    ...(objects.size > 0 && !objects.has(indexDocument) ? [missing("indexDocument", indexDocument)] : []),
    ...(errorDocument !== undefined && !objects.has(errorDocument) ? [missing("errorDocument", errorDocument)] : []),
  ];
}

function makeObject(context: SourceContext, { path, sizeBytes }: LocalFile, relativeKey: string): SiteObject {
  const { options } = context;
  const refusal = refuseObject(options.prefix + relativeKey, sizeBytes, options.partSizeBytes);
  if (refusal) throw new CodedError(refusal.code, refusal.message);
  const { headers, isImmutableByName } = headersOf(context, path, relativeKey);
  const contentType = headers["content-type"] ?? "";
  const { compress } = options;
  const isCompressed =
    compress !== "off" && headers["content-encoding"] === undefined && isWorthCompressing(contentType, sizeBytes);
  return {
    relativeKey,
    kind: relativeKey === options.indexDocument ? "index" : isPage(contentType) ? "page" : "asset",
    file: { path, absolutePath: join(options.source, path), sizeBytes },
    headers,
    ...(isCompressed ? { compression: compress } : {}),
    ...(isImmutableByName ? { isImmutableByName: true } : {}),
  };
}

/** The order of precedence: the `headers` input, the `_headers` file, the other inputs, the preset, the guess. */
function headersOf(
  { options, headersFile, isThere }: SourceContext,
  path: string,
  relativeKey: string,
): { readonly headers: Readonly<Record<string, string>>; readonly isImmutableByName: boolean } {
  const { settings, indexDocument } = options;
  const named = settings.headersFor(path);
  const ruled = settings.ruledHeadersFor(path);
  const { set = {}, detached = [] } = headersFile?.headersFor(urlPathsOf(relativeKey, indexDocument)) ?? {};
  const guess: Record<string, string> = precompressedHeaders(path, isThere) ?? {
    "content-type": guessContentType(path),
  };
  const above = { ...named, ...set, ...ruled };
  const contentType = above["content-type"] ?? guess["content-type"] ?? "";
  const preset = settings.cachePreset === "none" ? {} : { "cache-control": presetCacheControl(path, contentType) };
  const below: Record<string, string> = { ...preset, ...named };
  for (const header of detached) delete below[header];
  const isImmutableByName = above["cache-control"] === undefined && below["cache-control"] === FOREVER;
  return { headers: { ...guess, ...below, ...set, ...ruled }, isImmutableByName };
}
