import { foldersAbove } from "../../files/below-folder.ts";
import { diskName } from "../../files/safe-path.ts";
import type { Action, DeleteAction } from "../plan/plan.ts";
import type { DownloadPlan } from "../plan/plan-download.ts";

type TargetDisk = Pick<DownloadPlan, "tellsCaseApart">;
type Place = Pick<Action, "path">;
type TakenFor = (action: Pick<Action, "kind" | "path">) => string | undefined;

/** The files that will be deleted, and that have the places of downloads: a file `a` of `a/b`, a folder's files of a file of its name. */
export class Obstacles {
  readonly deletions: readonly DeleteAction[];
  /** All other files that will be deleted. */
  readonly others: readonly DeleteAction[];
  /** The topmost path that an obstacle takes: a folder above an action's path, or the path itself; undefined if that is free. */
  readonly takenFor: TakenFor;
  readonly #places: ReadonlySet<string>;
  readonly #placeOf: (action: Place) => string;

  constructor(plan: DownloadPlan) {
    const { deletions, others } = partDeletions(plan);
    this.deletions = deletions;
    this.others = others;
    this.takenFor = pathsTakenBy(deletions, plan);
    this.#placeOf = placeIn(plan);
    this.#places = new Set(deletions.map(this.#placeOf));
  }

  has(path: string): boolean {
    return this.#places.has(this.#placeOf({ path }));
  }
}

function partDeletions(plan: DownloadPlan): Pick<Obstacles, "deletions" | "others"> {
  const deletions = plan.actions.filter((action) => action.kind === "delete");
  if (deletions.length === 0) return { deletions: [], others: [] };
  const placeOf = placeIn(plan);
  const incoming = new Set<string>();
  const incomingFolders = new Set<string>();
  for (const action of plan.actions) {
    const { kind } = action;
    if (kind !== "get" && kind !== "folder") continue;
    const path = placeOf(action);
    if (kind === "get") incoming.add(path);
    else incomingFolders.add(path);
    for (const folder of foldersAbove(path)) incomingFolders.add(folder);
  }
  const isObstacle = (deletion: DeleteAction) =>
    incomingFolders.has(placeOf(deletion)) || foldersAbove(placeOf(deletion)).some((folder) => incoming.has(folder));
  return {
    deletions: deletions.filter(isObstacle),
    others: deletions.filter((deletion) => !isObstacle(deletion)),
  };
}

/** As `Obstacles.takenFor`. */
export function pathsTakenBy(obstacles: readonly DeleteAction[], disk: TargetDisk): TakenFor {
  if (obstacles.length === 0) return () => undefined;
  const placeOf = placeIn(disk);
  const files = new Set(obstacles.map(placeOf));
  const folders = new Set(obstacles.flatMap((obstacle) => foldersAbove(placeOf(obstacle))));
  return (action) => {
    const { kind, path } = action;
    const above = foldersAbove(path).findLast((folder) => files.has(placeOf({ path: folder })));
    if (above !== undefined) return above;
    const isTaken = files.has(placeOf(action)) || (kind === "get" && folders.has(placeOf(action)));
    return isTaken ? path : undefined;
  };
}

/** The place of a path on the target's disk: paths that differ only in case may have the same one. */
export function placeIn({ tellsCaseApart }: TargetDisk): (action: Place) => string {
  return ({ path }) => (tellsCaseApart ? path : diskName(path));
}
