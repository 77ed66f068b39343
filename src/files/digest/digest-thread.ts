import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { DigestRange } from "./digest-range.ts";
import type { RangeResult } from "./digest-worker.ts";

/** The build puts the worker's own bundle beside the task's, and has `__dirname` and `__filename` stand for these. */
const WORKER_NAME = import.meta.filename.endsWith(".ts") ? "digest-worker-from-source.mjs" : "digest-worker.js";
const WORKER_PATH = join(import.meta.dirname, WORKER_NAME);

/** Receives the result of a batch; nothing if the thread has ended before. */
type BatchDone = (results: readonly RangeResult[] | undefined) => void;

/** A thread that digests batches of ranges, one after the other. It keeps the process alive only while it has some. */
export class DigestThread {
  readonly #worker: Worker;
  /** In the order in which they were sent, which is that of the answers. */
  readonly #underWay: { readonly costBytes: number; readonly done: BatchDone }[] = [];

  constructor() {
    // Messages are all that lives and dies in there: two threads take 10 MB less so, in the same time.
    this.#worker = new Worker(WORKER_PATH, { resourceLimits: { maxYoungGenerationSizeMb: 2 } });
    this.#worker.unref();
    this.#worker.on("message", (results: readonly RangeResult[]) => {
      const batch = this.#underWay.shift();
      if (this.#underWay.length === 0) this.#worker.unref();
      batch?.done(results);
    });
    // An error is followed by an exit, and all that matters of it is which batches have to be done elsewhere.
    this.#worker.on("error", () => undefined);
    this.#worker.on("exit", () => {
      for (const { done } of this.#underWay.splice(0)) done(undefined);
    });
  }

  /** How much it has yet to do. */
  get costBytes(): number {
    return this.#underWay.reduce((sum, batch) => sum + batch.costBytes, 0);
  }

  send(batch: readonly DigestRange[], costBytes: number, done: BatchDone): void {
    if (this.#underWay.length === 0) this.#worker.ref();
    this.#underWay.push({ costBytes, done });
    this.#worker.postMessage(batch);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
