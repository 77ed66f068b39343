import { compareUtf8 } from "../../files/byte-order.ts";
import { eventLoopTurns } from "../../scheduling/event-loop-turns.ts";

/** The items with one name: at one end, or at both. */
export type JoinedPair<L, R> =
  | readonly [local: L, remote: R]
  | readonly [local: L, remote: undefined]
  | readonly [undefined, R];

/** The two ends, and how to get the names of their items. */
export interface Ends<L, R> {
  readonly locals: AsyncIterable<L>;
  nameOfLocal(local: L): string;
  readonly remotes: AsyncIterable<R>;
  nameOfRemote(remote: R): string;
  readonly signal: AbortSignal;
}

/**
 * Merges two sequences, each sorted by name in UTF-8 byte order. The first local item is requested before the first remote one. Only the
 * next two items are kept, so merging a million takes no memory.
 *
 * @throws the signal's reason, and what the sequences throw.
 */
export async function* mergeJoin<L, R>(ends: Ends<L, R>): AsyncGenerator<JoinedPair<L, R>, void> {
  const localItems = ends.locals[Symbol.asyncIterator]();
  const remoteItems = ends.remotes[Symbol.asyncIterator]();
  const takeTurns = eventLoopTurns(ends.signal);
  try {
    let local = await localItems.next();
    let remote = await remoteItems.next();
    while (!local.done || !remote.done) {
      await takeTurns();
      const order = local.done
        ? 1
        : remote.done
          ? -1
          : compareUtf8(ends.nameOfLocal(local.value), ends.nameOfRemote(remote.value));
      if (order < 0) {
        yield [local.value as L, undefined];
        local = await localItems.next();
      } else if (order > 0) {
        yield [undefined, remote.value as R];
        remote = await remoteItems.next();
      } else {
        yield [local.value as L, remote.value as R];
        local = await localItems.next();
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
 *
 * @throws the signal's reason, and what the sequences throw.
 */
export async function* joinByFoldedName<L, R>(
  ends: Ends<L, R>,
  { fold, isOne }: Folding,
): AsyncGenerator<JoinedPair<L, R>, void> {
  const unpaired = new Map<string, L[]>();
  for await (const local of ends.locals) {
    const alike = unpaired.get(fold(ends.nameOfLocal(local)));
    if (alike) alike.push(local);
    else unpaired.set(fold(ends.nameOfLocal(local)), [local]);
  }
  const takeTurns = eventLoopTurns(ends.signal);
  for await (const remote of ends.remotes) {
    await takeTurns();
    const name = ends.nameOfRemote(remote);
    const alike = unpaired.get(fold(name)) ?? [];
    const exact = alike.findIndex((local) => ends.nameOfLocal(local) === name);
    const index = exact >= 0 ? exact : alike.findIndex((local) => isOne(ends.nameOfLocal(local), name));
    const [local] = index >= 0 ? alike.splice(index, 1) : [];
    yield local === undefined ? [undefined, remote] : [local, remote];
  }
  for (const local of [...unpaired.values()].flat()) {
    await takeTurns();
    yield [local, undefined];
  }
}
