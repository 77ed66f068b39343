import { type ActionFailure, applyActions } from "../sync/apply.ts";
import type { Action } from "../sync/plan/plan.ts";
import type { SentObject } from "../sync/upload/send-file.ts";
import type { FolderRedirects } from "./folder-redirects.ts";
import type { SiteGroup } from "./plan/site-plan.ts";

/** Stores an object of the site. */
export interface ObjectStorer {
  /** How many objects may be stored at once. The number may grow. */
  parallelObjects(): number;
  /** @param name relative to the site. */
  store(name: string): Promise<SentObject>;
}

export interface StoreTools {
  readonly folderRedirects: FolderRedirects;
  readonly signal: AbortSignal;
  /** @param sentBytes the stored size: smaller than the file's if it was compressed. */
  actionDone(action: Action, sentBytes: number): void;
  /**
   * Called before each group.
   *
   * @throws an error to stop this group and all after it.
   */
  beforeGroup(group: SiteGroup): Promise<void>;
}

/** The result of storing the groups. */
export interface StoreResult {
  readonly failures: readonly ActionFailure[];
  /** Whether objects of the last group were not tried, because they would have failed like those before them. */
  readonly stoppedEarly: boolean;
  /** By the object's name. */
  readonly stored: ReadonlyMap<string, SentObject>;
  /** Redirects that the store cannot keep together with other objects. */
  readonly refused: readonly ActionFailure[];
}

/**
 * Stores the objects, one group after the other. If an object fails, later groups are not stored.
 *
 * @throws {FolderWriteError} if nothing can be written into the scratch folder; what `beforeGroup` throws; the signal's reason.
 */
export async function storeSite(
  groups: readonly SiteGroup[],
  storer: ObjectStorer,
  tools: StoreTools,
): Promise<StoreResult> {
  const { signal, folderRedirects } = tools;
  const stored = new Map<string, SentObject>();
  const refused: ActionFailure[] = [];
  for (const group of groups) {
    await tools.beforeGroup(group);
    const { failures, stoppedEarly } = await storeGroup(group);
    const ofFolders = folderRedirects.refusedAmong(failures);
    for (const failure of ofFolders) refused.push(failure);
    const others = failures.filter((failure) => !ofFolders.includes(failure));
    if (others.length > 0 || stoppedEarly) return { failures: others, stoppedEarly, stored, refused };
  }
  return { failures: [], stoppedEarly: false, stored, refused };

  async function storeGroup({ actions }: SiteGroup): Promise<Pick<StoreResult, "failures" | "stoppedEarly">> {
    const failures: ActionFailure[] = [];
    for (const turn of folderRedirects.turnsOf(actions)) {
      const result = await applyActions(turn, {
        parallelActions: () => storer.parallelObjects(),
        perform: async ({ relativeKey }) => {
          const sent = await storer.store(relativeKey);
          stored.set(relativeKey, sent);
          return sent.sizeBytes;
        },
        onDone: (action, sentBytes) => tools.actionDone(action, sentBytes),
        signal,
      });
      signal.throwIfAborted();
      for (const failure of result.failures) failures.push(failure);
      if (result.stoppedEarly) return { failures, stoppedEarly: true };
    }
    return { failures, stoppedEarly: false };
  }
}
