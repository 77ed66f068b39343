import type { RemoteObject } from "../../s3/listing/list-objects.ts";
import type { Action, PlanRemark, SkipAction, UpdateAction } from "./plan.ts";

/** What all stores list that have no others. */
const STANDARD = /^standard$/i;

/**
 * Holds back changes of storage classes where nothing shows that the store keeps them: it would take a copy of each object, in each run
 * again. A store that lists an object in any class but STANDARD keeps them.
 */
export class StorageClasses {
  #areKept: boolean;
  readonly #changes = new Map<Action, { readonly key: string; readonly listed: string; readonly wanted: string }>();

  /** @param areKept whether that is known of the store */
  constructor(areKept: boolean) {
    this.#areKept = areKept;
  }

  see({ storageClass }: RemoteObject): void {
    if (storageClass !== "STANDARD" && !STANDARD.test(storageClass)) this.#areKept = true;
  }

  /** Takes in an update by which nothing but an object's storage class becomes another one. */
  add(update: UpdateAction, { key, storageClass: listed }: RemoteObject, wanted: string): void {
    this.#changes.set(update, { key, listed, wanted });
  }

  /** The actions of a plan, without what is held back. */
  applyTo(actions: readonly Action[]): readonly Action[] {
    if (this.#areKept || this.#changes.size === 0) return actions;
    return actions.map((action) => (this.#changes.has(action) ? leave(action) : action));
  }

  remarks(): PlanRemark[] {
    const [first] = this.#changes.values();
    if (this.#areKept || !first) return [];
    const { key, listed, wanted } = first;
    const count = this.#changes.size;
    const which = count === 1 ? `${key} is` : `${count} unchanged objects, for example ${key}, are`;
    const message =
      `${which} in the storage class ${listed}, and not in ${wanted}. They were not changed, because the task cannot detect whether this store supports storage classes. ` +
      "If it does, run the step once with overwrite: always. If not, leave storageClass empty.";
    return [{ kind: "warning", input: "storageClass", code: "storage-class-not-kept", message }];
  }
}

function leave({ path, relativeKey, sizeBytes }: Action): SkipAction {
  return { kind: "skip", path, relativeKey, sizeBytes, reason: "x-amz-storage-class differs, and may not be kept" };
}
