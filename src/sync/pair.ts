import { compareUtf8 } from "../files/byte-order.ts";

/** What stands under one name at the two ends: at one of them, or at both. */
export type Pair<L, R> =
  | readonly [local: L, remote: R]
  | readonly [local: L, remote: undefined]
  | readonly [undefined, R];

/**
 * Merges two sequences, each of which is sorted by name in UTF-8 byte order, into one.
 *
 * Nothing but the two next items is kept, so that it takes no memory to merge a million of them.
 */
export async function* pairByName<L extends { readonly name: string }, R extends { readonly name: string }>(
  locals: Iterable<L>,
  remotes: AsyncIterable<R>,
): AsyncGenerator<Pair<L, R>, void> {
  const localItems = locals[Symbol.iterator]();
  const remoteItems = remotes[Symbol.asyncIterator]();
  try {
    let local = localItems.next();
    let remote = await remoteItems.next();
    while (!local.done || !remote.done) {
      const order = local.done ? 1 : remote.done ? -1 : compareUtf8(local.value.name, remote.value.name);
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
