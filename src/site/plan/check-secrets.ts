import { ScanError } from "../../files/scan.ts";
import type { PlanProblem } from "../../sync/plan/plan.ts";
import { secrecyOf, startsWithPrivateKey } from "../content/secret-files.ts";
import { listSome } from "../list-some.ts";
import type { SiteOptions } from "../options.ts";
import type { SiteFile, SiteObject } from "./site-object.ts";
import type { SiteLog } from "./site-tools.ts";

/** Files of the site that visitors should probably not see, by their paths. */
export interface DoubtfulFiles {
  readonly secret: readonly string[];
  readonly suspect: readonly string[];
}

/** Of more files, the rest is counted. */
const MAX_NAMED_FILES = 20;

/**
 * Finds files that hold secrets, or may: by their names, and private keys by how they start. A pattern that spells a file's name, or that
 * of a folder above it, allows it.
 *
 * @throws {ScanError} if a file cannot be read.
 */
export function findDoubtfulFiles(objects: Iterable<SiteObject>, { patterns }: SiteOptions): DoubtfulFiles {
  const files = new Map([...objects].flatMap(({ file }) => (file ? [[file.path, file] as const] : [])));
  const found = { secret: [] as string[], suspect: [] as string[] };
  for (const file of files.values()) {
    const isAllowed = (name: string) => patterns.names(name);
    const byName = secrecyOf(file.path, isAllowed);
    const isKey = byName !== "secret" && !file.path.split("/").some(isAllowed) && isPrivateKey(file);
    const secrecy = isKey ? "secret" : byName;
    if (secrecy !== "none") found[secrecy].push(file.path);
  }
  return found;
}

/** @returns the problems that stop the publish of a public site. */
export function checkSecrets({ secret }: DoubtfulFiles, isPublic: boolean): PlanProblem[] {
  if (!isPublic || secret.length === 0) return [];
  const advice =
    "Exclude them with patterns that start with !. If visitors may see a file, add a pattern with its full name, for example **/.env.example";
  const message = `everyone can read this site, and these files may hold secrets: ${listSome(secret, MAX_NAMED_FILES)}. ${advice}.`;
  return [{ input: "globExpressions", code: "site-secret-found", message }];
}

/** Warns about files that do not stop the publish. */
export function logDoubtfulFiles({ secret, suspect }: DoubtfulFiles, isPublic: boolean, log: SiteLog): void {
  if (!isPublic && secret.length > 0)
    log.warning(
      "site-secret-found",
      `These files may hold secrets: ${listSome(secret, MAX_NAMED_FILES)}. Exclude them with patterns that start with !, or add a pattern with the full name of a file that visitors may see.`,
    );
  if (suspect.length > 0)
    log.warning(
      "site-secret-found",
      `Visitors usually should not see these files: ${listSome(suspect, MAX_NAMED_FILES)}. Exclude them with patterns that start with !, or add a pattern with the full name of a file that visitors may see.`,
    );
}

function isPrivateKey({ path, absolutePath }: SiteFile): boolean {
  try {
    return startsWithPrivateKey(absolutePath);
  } catch (error) {
    throw new ScanError(path, error as Error);
  }
}
