import { setImmediate as nextTurn } from "node:timers/promises";
import { compareUtf8 } from "../../files/byte-order.ts";

/** The items with one name: at one end, or at both. */
export type JoinedPair<L, R> =
  | readonly [local: L, remote: R]
  | readonly [local: L, remote: undefined]
  | readonly [undefined, R];

/** The two ends, and how to get the names of their items. */
export interface Ends<L, R> {
  readonly locals: Iterable<L>;
  nameOfLocal(local: L): string;
  readonly remotes: AsyncIterable<R>;
  nameOfRemote(remote: R): string;
}

/** After this many pairs, timers and signals get a turn. Promises alone do not allow that. */
const PAIRS_IN_A_TURN = 1000;

/**
 * Merges two sequences, each sorted by name in UTF-8 byte order. The first local item is requested before the first remote one. Only the
 * next two items are kept, so merging a million takes no memory.
 */
export async function* mergeJoin<L, R>(ends: Ends<L, R>): AsyncGenerator<JoinedPair<L, R>, void> {
  const localItems = ends.locals[Symbol.iterator]();
  const remoteItems = ends.remotes[Symbol.asyncIterator]();
  try {
    let local = localItems.next();
    let remote = await remoteItems.next();
    for (let count = 1; !local.done || !remote.done; count++) {
      if (count % PAIRS_IN_A_TURN === 0) await nextTurn();
      const order = local.done
        ? 1
        : remote.done
          ? -1
          : compareUtf8(ends.nameOfLocal(local.value), ends.nameOfRemote(remote.value));
      if (order < 0) {
        yield [local.value as L, undefined];
        local = localItems.next();
      } else if (order > 0) {
        yield [undefined, remote.value as R];
        remote = await remoteItems.next();
      } else {
        yield [local.value as L, remote.value as R];
        local = localItems.next();
        remote = await remoteItems.next();
      }
    }
  } finally {
    await remoteItems.return?.();
  }
}

/** Which names are the same on a disk that ignores case. */
export interface Folding {
  /** Gives the same text for names that are the same on some disk. */
  fold(name: string): string;
  /** Whether a local item's name, and another one with the same folded text, are the same on this disk. */
  isOne(local: string, other: string): boolean;
}

/**
 * Pairs items whose names are the same on a disk that ignores case, for example `README.md` and `readme.md`. Remote items come in their
 * order, then local ones without a partner. All local items are kept in memory.
 */
export async function* joinByFoldedName<L, R>(
  ends: Ends<L, R>,
  { fold, isOne }: Folding,
): AsyncGenerator<JoinedPair<L, R>, void> {
  const unpaired = new Map<string, L[]>();
  for (const local of ends.locals) {
    const alike = unpaired.get(fold(ends.nameOfLocal(local)));
    if (alike) alike.push(local);
    else unpaired.set(fold(ends.nameOfLocal(local)), [local]);
  }
  for await (const remote of ends.remotes) {
    const name = ends.nameOfRemote(remote);
    const alike = unpaired.get(fold(name)) ?? [];
    const exact = alike.findIndex((local) => ends.nameOfLocal(local) === name);
    const index = exact >= 0 ? exact : alike.findIndex((local) => isOne(ends.nameOfLocal(local), name));
    const [local] = index >= 0 ? alike.splice(index, 1) : [];
    yield local === undefined ? [undefined, remote] : [local, remote];
  }
  for (const local of [...unpaired.values()].flat()) yield [local, undefined];
}
