import { isStepFatal } from "../aws/errors/error-hints.ts";
import { ServiceError } from "../aws/errors/errors.ts";
import { foldersAbove } from "../files/below-folder.ts";
import type { Bucket } from "../s3/bucket.ts";
import type { ActionFailure } from "../sync/apply.ts";
import type { PutAction } from "../sync/plan/plan.ts";
import type { SiteObject } from "./plan/site-object.ts";

type SiteObjects = ReadonlyMap<string, SiteObject>;

/**
 * Redirects whose keys are folders of other objects, for example `old` and `old/index.html`. Stores that keep objects as files cannot
 * have both.
 */
export class FolderRedirects {
  readonly #bucket: Bucket;
  readonly #objects: SiteObjects;
  #folders: ReadonlySet<string> | undefined;

  constructor(bucket: Bucket, objects: SiteObjects) {
    this.#bucket = bucket;
    this.#objects = objects;
  }

  /** Splits a group, so that an object in a folder is stored before the redirect with the folder's name. It can serve both. */
  turnsOf(actions: readonly PutAction[]): readonly (readonly PutAction[])[] {
    const isLate = ({ redirect, relativeKey }: PutAction) => redirect !== undefined && this.#isFolder(relativeKey);
    if (this.#bucket.isAmazon || !actions.some(isLate)) return [actions];
    return [actions.filter((action) => !isLate(action)), actions.filter(isLate)].filter(({ length }) => length > 0);
  }

  /** Failures of redirects because the store has another object of the site with a key above or below theirs. */
  refusedAmong(failures: readonly ActionFailure[]): readonly ActionFailure[] {
    if (this.#bucket.isAmazon) return [];
    const refused = failures.filter(({ action, error }) => action.redirect !== undefined && mayBeOfFolder(error));
    const refusedNames = new Set(refused.map(({ action }) => action.relativeKey));
    return refused.filter(({ action }) => this.#rivalsOf(action.relativeKey).some((name) => !refusedNames.has(name)));
  }

  #rivalsOf(name: string): readonly string[] {
    const above = foldersAbove(name).filter((folder) => this.#objects.has(folder));
    const below = this.#isFolder(name) ? [...this.#objects.keys()].filter((other) => other.startsWith(`${name}/`)) : [];
    return [...above, ...below];
  }

  #isFolder(name: string): boolean {
    this.#folders ??= new Set([...this.#objects.keys()].flatMap(foldersAbove));
    return this.#folders.has(name);
  }
}

/** Stores use many codes for this, but none about the whole step, permissions, or headers. */
function mayBeOfFolder(error: unknown): boolean {
  if (!(error instanceof ServiceError) || isStepFatal(error)) return false;
  return ![401, 403, 429, 501, 503].includes(error.details.status);
}

/** The warning about redirects that the store could not keep. */
export function describeRefused(refused: readonly ActionFailure[]): string {
  const [first] = refused;
  const which =
    refused.length === 1
      ? `The redirect ${first?.action.redirect?.from} is`
      : `${refused.length} redirects, for example ${first?.action.redirect?.from}, are`;
  return `${which} not stored: this store does not allow an object whose key is also a folder of other objects. The files in that folder were published. Remove the redirect from _redirects, or configure it in the CDN.`;
}
