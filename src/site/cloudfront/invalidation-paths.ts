import { urlPathsOf } from "../url-paths.ts";
import { arrangeByFolder, type ChangedFolder, countUnchanged, pathsIn } from "./changed-folders.ts";
import { invalidationPath, invalidationWildcard, isWildcard } from "./viewer-path.ts";

/**
 * The number that CloudFront processes at once. Source: "Concurrent invalidation request maximum" in the Amazon CloudFront Developer Guide.
 */
const MAX_WILDCARDS = 15;

/**
 * Far below the 3,000 that CloudFront works on at once, and a tenth of those that are free in a month: beyond, a wildcard costs less.
 * Source: "Pay for file invalidation" in the Amazon CloudFront Developer Guide.
 */
const MAX_SINGLE_PATHS = 100;

/** What a publish did to the objects of a site. Names are keys less the site's prefix. */
export interface SiteChanges {
  /** Where viewers find the site, with a `/` at both ends and not percent-encoded. */
  readonly sitePath: string;
  /** Names of objects that caches may have in an old form, or that were deleted. */
  readonly changed: Iterable<string>;
  /** What the names begin with for which redirects became others: key prefixes less the site's. */
  readonly redirects: readonly string[];
  /** Names of all other objects of the site, which a wildcard would invalidate without need. */
  readonly unchanged: Iterable<string>;
  /** The name of the document that stands for a folder, for example `index.html`. */
  readonly indexDocument: string;
}

/**
 * The paths to invalidate after changes, in the form in which viewers request them. Folder wildcards replace paths if they cost less, or
 * if the paths are more than a publish should pay for or CloudFront accepts. Query strings are not included: a distribution that caches by
 * them must be invalidated completely.
 *
 * @returns sorted paths, percent-encoded: at most 15 wildcards and 100 others; none if nothing changed.
 */
export function invalidationPaths(changes: SiteChanges): string[] {
  const { sitePath, redirects } = changes;
  const wildcards = withoutCovered(redirects.map((beginning) => invalidationWildcard(`${sitePath}${beginning}`)));
  const remaining = MAX_WILDCARDS - wildcards.length;
  // Without a wildcard for objects, many of them would not fit.
  if (remaining < 1) return wholeSitePaths(sitePath);
  return withoutCovered([...wildcards, ...objectPaths(changes, remaining)]);
}

function objectPaths({ sitePath, changed, unchanged, indexDocument }: SiteChanges, maxWildcards: number): string[] {
  const site = sitePath.slice(1);
  const paths = new Set<string>();
  for (const name of changed) for (const path of urlPathsOf(`${site}${name}`, indexDocument)) paths.add(path);
  if (paths.size === 0) return [];

  const root = arrangeByFolder(paths);
  for (const name of unchanged) countUnchanged(root, `${sitePath}${name}`);
  // Other content beside the site must not be invalidated.
  if (site !== "") countUnchanged(root, sitePath.slice(0, -1));
  return written(narrow(root, maxWildcards));
}

/** The path to invalidate a whole site. */
export function wholeSitePaths(sitePath: string): string[] {
  const folder = sitePath === "/" ? [] : [invalidationPath(sitePath.slice(0, -1))];
  return withoutCovered([...folder, invalidationWildcard(sitePath)]);
}

/** A selection that covers all changed paths: folders, which become wildcards, and single paths. */
interface Cover {
  readonly folders: readonly ChangedFolder[];
  readonly paths: readonly string[];
}

/** Starts with one wildcard for everything, and splits folders with unchanged objects, the largest first, as long as the limits allow. */
function narrow(root: ChangedFolder, maxWildcards: number): Cover {
  let cover = coverOf([root], 1);
  const kept = new Set<ChangedFolder>();
  while (true) {
    const candidates = cover.folders.filter((folder) => folder.unchangedCount > 0 && !kept.has(folder));
    const [first, ...others] = candidates;
    if (!first) return cover;
    const largest = others.reduce((one, other) => (other.unchangedCount > one.unchangedCount ? other : one), first);
    const opened = open(largest, cover, maxWildcards);
    if (fits(opened, maxWildcards)) cover = opened;
    else kept.add(largest);
  }
}

function open(folder: ChangedFolder, { folders, paths }: Cover, maxWildcards: number): Cover {
  const otherFolders = folders.filter((each) => each !== folder);
  const taken = wildcardCount({ folders: otherFolders, paths: [...paths, ...folder.ownPaths] });
  const inner = coverOf([...folder.folders.values()], maxWildcards - taken);
  return {
    folders: [...otherFolders, ...inner.folders],
    paths: [...paths, ...folder.ownPaths, ...inner.paths],
  };
}

/** Wildcards for the folders with the most changes, up to the limit. Single paths for the other folders, and for folders with one path. */
function coverOf(folders: readonly ChangedFolder[], wildcards: number): Cover {
  const byChanges = folders
    .filter(({ changedCount }) => changedCount > 1)
    .sort((one, other) => other.changedCount - one.changedCount || (one.path < other.path ? -1 : 1));
  const chosen = new Set(byChanges.slice(0, Math.max(0, wildcards)));
  return {
    folders: [...chosen],
    paths: folders.filter((folder) => !chosen.has(folder)).flatMap(pathsIn),
  };
}

function fits(cover: Cover, maxWildcards: number): boolean {
  const wildcards = wildcardCount(cover);
  const singles = cover.paths.filter((path) => !isWildcard(invalidationPath(path)));
  return wildcards <= maxWildcards && singles.length <= MAX_SINGLE_PATHS;
}

/** Also counts the single paths that need a wildcard as wildcards. */
function wildcardCount({ folders, paths }: Cover): number {
  return folders.length + new Set(paths.map(invalidationPath).filter(isWildcard)).size;
}

function written({ folders, paths }: Cover): string[] {
  return withoutCovered([...folders.map(({ path }) => invalidationWildcard(path)), ...paths.map(invalidationPath)]);
}

function withoutCovered(paths: readonly string[]): string[] {
  const distinct = [...new Set(paths)].sort();
  const wildcards = distinct.filter(isWildcard);
  const isCovered = (path: string) =>
    wildcards.some((wildcard) => wildcard !== path && path.startsWith(wildcard.slice(0, -1)));
  return distinct.filter((path) => !isCovered(path));
}
