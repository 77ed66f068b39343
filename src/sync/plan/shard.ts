import { crc32 } from "node:zlib";
import type { Shard } from "../options.ts";

/** Whether an object is this job's to transfer: each name falls to one of the jobs, in every run the same. */
export function isInShard(name: string, shard: Shard | undefined): boolean {
  return shard === undefined || scatter(crc32(name)) % shard.total === shard.position - 1;
}

/**
 * The CRCs of names that differ by a digit share most of their bits, and left some of eight jobs with nothing of 40 files. This is the
 * end of MurmurHash3, after which each bit depends on all.
 */
function scatter(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
