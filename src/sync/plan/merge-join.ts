import { setImmediate as nextTurn } from "node:timers/promises";
import { compareUtf8 } from "../../files/byte-order.ts";

/** What stands under one name at the two ends: at one of them, or at both. */
export type JoinedPair<L, R> =
  | readonly [local: L, remote: R]
  | readonly [local: L, remote: undefined]
  | readonly [undefined, R];

/** The two ends, and what their items are called. */
export interface Ends<L, R> {
  readonly locals: Iterable<L>;
  nameOfLocal(local: L): string;
  readonly remotes: AsyncIterable<R>;
  nameOfRemote(remote: R): string;
}

/** After so many pairs timers and signals have their turn, which promises alone do not give them. */
const PAIRS_IN_A_TURN = 1000;

/**
 * Merges two sequences, each of which is sorted by name in UTF-8 byte order, into one. The first local item is asked for before the first
 * remote one.
 *
 * Nothing but the two next items is kept, so that it takes no memory to merge a million of them.
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

/**
 * Pairs items whose names are one on a disk that does not tell them apart, for example `README.md` and `readme.md`. The remote items come in their
 * order, then the local ones that have none. The local ones are kept meanwhile.
 *
 * @param fold makes names one that the disk takes for one.
 */
export async function* joinByFoldedName<L, R>(
  ends: Ends<L, R>,
  fold: (name: string) => string,
): AsyncGenerator<JoinedPair<L, R>, void> {
  const unpaired = new Map<string, L>();
  for (const local of ends.locals) unpaired.set(fold(ends.nameOfLocal(local)), local);
  for await (const remote of ends.remotes) {
    const name = fold(ends.nameOfRemote(remote));
    const local = unpaired.get(name);
    unpaired.delete(name);
    yield local === undefined ? [undefined, remote] : [local, remote];
  }
  for (const local of unpaired.values()) yield [local, undefined];
}
