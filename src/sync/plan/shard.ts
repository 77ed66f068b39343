import { crc32 } from "node:zlib";
import type { Shard } from "../options.ts";

/** Whether this job transfers an object: each name belongs to one of the jobs, the same in every run. */
export function isInShard(name: string, shard: Shard | undefined): boolean {
  return shard === undefined || scatter(crc32(name)) % shard.total === shard.position - 1;
}

/**
 * CRCs of names that differ in one digit share most bits: of eight jobs, some got none of 40 files. This is the final step of
 * MurmurHash3, after which each bit depends on all others.
 */
function scatter(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
