import type { RemoteObject } from "../../s3/listing/list-objects.ts";
import type { Action, PlanRemark, SkipAction, UpdateAction } from "./plan.ts";

/** The class that a store without storage classes lists for every object. */
const STANDARD = /^standard$/i;

/**
 * Drops changes of storage classes if nothing shows that the store keeps them: otherwise each run would copy each object again. A store
 * that lists an object in any class but STANDARD keeps them.
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

  /** Adds an update that changes only an object's storage class. */
  add(update: UpdateAction, { key, storageClass: listed }: RemoteObject, wanted: string): void {
    this.#changes.set(update, { key, listed, wanted });
  }

  /** The actions of a plan, without the dropped ones. */
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
