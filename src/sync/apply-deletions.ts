import type { Bucket } from "../s3/bucket.ts";
import { deleteObjects, MAX_KEYS_PER_DELETE } from "../s3/delete-objects.ts";
import type { ActionFailure } from "./apply.ts";
import type { Action, DeleteAction } from "./plan/plan.ts";
import type { TransferObserver } from "./report.ts";

export interface DeletionTools {
  readonly bucket: Bucket;
  readonly observer: Pick<TransferObserver, "actionDone">;
  readonly signal: AbortSignal;
}

/**
 * Deletes objects, a thousand at once. If a request fails as a whole, or the step is cancelled, the rest is not tried.
 */
export async function applyDeletions(
  deletions: readonly DeleteAction[],
  keyOf: (action: DeleteAction) => string,
  { bucket, observer, signal }: DeletionTools,
): Promise<{ done: Action[]; failures: ActionFailure[] }> {
  const done: Action[] = [];
  const failures: ActionFailure[] = [];
  for (let start = 0; start < deletions.length; start += MAX_KEYS_PER_DELETE) {
    const left = new Map(deletions.slice(start, start + MAX_KEYS_PER_DELETE).map((action) => [keyOf(action), action]));
    const onDeleted = (keys: readonly string[]) => {
      for (const key of keys) {
        const action = left.get(key);
        if (!left.delete(key) || !action) continue;
        observer.actionDone(action);
        done.push(action);
      }
    };
    try {
      for (const { key, error } of await deleteObjects(bucket, [...left.keys()], { signal, onDeleted })) {
        const action = left.get(key);
        if (action) failures.push({ action, error });
      }
    } catch (error) {
      // The last request may have been executed. The next run shows it.
      if (signal.aborted) break;
      for (const action of left.values()) failures.push({ action, error });
      break;
    }
  }
  return { done, failures };
}
