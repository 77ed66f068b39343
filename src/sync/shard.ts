import { crc32 } from "node:zlib";
import type { Shard } from "./options.ts";

/** Whether an object is this job's to transfer: each name falls to one of the jobs, in every run the same. */
export function isInShard(name: string, shard: Shard | undefined): boolean {
  return shard === undefined || crc32(name) % shard.total === shard.position - 1;
}
