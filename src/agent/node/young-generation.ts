import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** The size of one half; the other half is empty between two collections. V8 starts with 1 MiB. */
const WANTED_BYTES = 4 * 1024 ** 2;

/** V8 grows it at a collection once as many bytes have survived as it holds. One survivor has 32 kB, so about fifty are enough. */
const MAX_SURVIVORS = 300;
const SURVIVOR_SLOTS = 4_000;

/**
 * Fixes V8's young generation at 4 MiB. With 1 MiB, the data of running requests survives each collection and is soon moved to the old
 * generation: downloads of small files took 10 % more CPU time. Without a limit, V8 grows it to up to 128 MB, which makes nothing faster:
 * 8,000 small files took 215 MB on Node 24, and 137 MB with the limit.
 */
export function fixYoungGeneration(): void {
  const firstBytes = youngBytes();
  const growthFactor = Math.round(WANTED_BYTES / firstBytes);
  if (growthFactor > 1) {
    setFlagsFromString(`--semi-space-growth-factor=${growthFactor}`);
    const survivors: object[] = [];
    while (youngBytes() < 1.5 * firstBytes && survivors.length < MAX_SURVIVORS) {
      survivors.push(new Array(SURVIVOR_SLOTS).fill(0));
    }
  }
  setFlagsFromString("--semi-space-growth-factor=1");
}

function youngBytes(): number {
  const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
  return space ? space.space_used_size + space.space_available_size : WANTED_BYTES;
}
