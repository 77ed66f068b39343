import { urlPathsOf } from "../url-paths.ts";
import { arrangeByFolder, type ChangedFolder, countUnchanged, pathsIn } from "./changed-folders.ts";
import { invalidationPath, invalidationWildcard, isWildcard } from "./viewer-path.ts";

/** As many as CloudFront works on at once. Source: "Concurrent invalidation request maximum" in the Amazon CloudFront Developer Guide. */
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
  /** Names of objects that viewers may have in another form, or that are gone. */
  readonly changed: Iterable<string>;
  /** Names of all other objects of the site: what a wildcard would take from the caches for nothing. */
  readonly unchanged: Iterable<string>;
  /** The name of the document that stands for a folder, for example `index.html`. */
  readonly indexDocument: string;
}

/**
 * What to invalidate so that no cache keeps what changed: the paths as viewers ask for them. Where a wildcard costs less than the paths that
 * it stands for, and where they are more than a publish should pay for or CloudFront takes, wildcards for folders stand in their place.
 * Query strings are not among them: a distribution that caches by these has to be invalidated as a whole.
 *
 * @returns sorted paths, percent-encoded: at most 15 wildcards and 100 others; none if nothing changed.
 */
export function invalidationPaths({ sitePath, changed, unchanged, indexDocument }: SiteChanges): string[] {
  const site = sitePath.slice(1);
  const paths = new Set<string>();
  for (const name of changed) for (const path of urlPathsOf(`${site}${name}`, indexDocument)) paths.add(path);
  if (paths.size === 0) return [];

  const root = arrangeByFolder(paths);
  for (const name of unchanged) countUnchanged(root, `${sitePath}${name}`);
  // Beside the site there is what is none of its business.
  if (site !== "") countUnchanged(root, sitePath.slice(0, -1));
  return written(narrow(root));
}

/** What to invalidate so that no cache keeps anything of a site. */
export function wholeSitePaths(sitePath: string): string[] {
  const folder = sitePath === "/" ? [] : [invalidationPath(sitePath.slice(0, -1))];
  return withoutCovered([...folder, invalidationWildcard(sitePath)]);
}

/** What stands for all changed paths: folders, each of which becomes a wildcard, and single paths. */
interface Cover {
  readonly folders: readonly ChangedFolder[];
  readonly paths: readonly string[];
}

/** Begins with one wildcard for everything, and opens folders that hold what did not change, the largest first, while that fits. */
function narrow(root: ChangedFolder): Cover {
  let cover = coverOf([root], 1);
  const kept = new Set<ChangedFolder>();
  while (true) {
    const candidates = cover.folders.filter((folder) => folder.unchangedCount > 0 && !kept.has(folder));
    const [first, ...others] = candidates;
    if (!first) return cover;
    const largest = others.reduce((one, other) => (other.unchangedCount > one.unchangedCount ? other : one), first);
    const opened = open(largest, cover);
    if (fits(opened)) cover = opened;
    else kept.add(largest);
  }
}

function open(folder: ChangedFolder, { folders, paths }: Cover): Cover {
  const otherFolders = folders.filter((each) => each !== folder);
  const taken = wildcardCount({ folders: otherFolders, paths: [...paths, ...folder.ownPaths] });
  const inner = coverOf([...folder.folders.values()], MAX_WILDCARDS - taken);
  return {
    folders: [...otherFolders, ...inner.folders],
    paths: [...paths, ...folder.ownPaths, ...inner.paths],
  };
}

/** The folders with the most changes as wildcards, as far as these go; of the others each path, and of those with one path anyway. */
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

function fits(cover: Cover): boolean {
  const wildcards = wildcardCount(cover);
  const singles = cover.paths.filter((path) => !isWildcard(invalidationPath(path)));
  return wildcards <= MAX_WILDCARDS && singles.length <= MAX_SINGLE_PATHS;
}

/** Counts among the wildcards what single paths come to that cannot be written without one. */
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
