import type { Sample } from "./sample.ts";
import type { BenchServer } from "./servers.ts";

/** A program that moves files. */
export interface Tool {
  readonly name: string;
  /** A folder's files become the objects of a bucket. */
  upload(server: BenchServer, folder: string, bucket: string): Promise<Sample>;
  /** A bucket's objects become files in an empty folder. */
  download(server: BenchServer, bucket: string, folder: string): Promise<Sample>;
}
