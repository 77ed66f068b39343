import { setTimeout as sleep } from "node:timers/promises";

const slicesPerSecond = 10;

/** Passes bytes on at a given pace, in slices of a tenth of a second. */
export async function* pace(
  source: AsyncIterable<Buffer>,
  bytesPerSecond: number,
): AsyncGenerator<Buffer, void, undefined> {
  const sliceBytes = Math.max(1, Math.floor(bytesPerSecond / slicesPerSecond));
  for await (const chunk of source) {
    for (let start = 0; start < chunk.length; start += sliceBytes) {
      const slice = chunk.subarray(start, start + sliceBytes);
      await sleep((slice.length / bytesPerSecond) * 1000);
      yield slice;
    }
  }
}
