import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** In one half of it; the other is empty between two collections. V8 begins with 1 MiB. */
const WANTED_BYTES = 4 * 1024 ** 2;

/** V8 lets it grow at a collection after as much has survived as it holds. One survivor has 32 kB: about fifty are enough. */
const MAX_SURVIVORS = 300;
const SURVIVOR_SLOTS = 4_000;

/**
 * Gives V8's young generation 4 MiB at once, and for good.
 *
 * With 1 MiB, what belongs to the requests that are under way survives each collection, and soon counts as old: downloads of small files took
 * 10 % more CPU time. Left alone, V8 grows it to up to 128 MB, which makes nothing faster: 8,000 small files took 215 MB on Node 24, and 137 MB
 * without that.
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
