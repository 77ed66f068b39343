import type { Worker } from "node:worker_threads";
import { startWorker } from "../../scheduling/start-worker.ts";
import type { DigestRange } from "./digest-range.ts";
import type { RangeResult } from "./digest-worker.ts";

/** Receives the result of a batch; nothing if the thread has ended before. */
type BatchDone = (results: readonly RangeResult[] | undefined) => void;

/** A thread that digests batches of ranges, one after the other. It keeps the process alive only while it has some. */
export class DigestThread {
  readonly #worker: Worker;
  /** In the order in which they were sent, which is that of the answers. */
  readonly #underWay: { readonly costBytes: number; readonly done: BatchDone }[] = [];

  constructor() {
    this.#worker = startWorker<readonly RangeResult[]>(
      { folder: import.meta.dirname, name: "digest-worker" },
      {
        onMessage: (results) => {
          const batch = this.#underWay.shift();
          if (this.#underWay.length === 0) this.#worker.unref();
          batch?.done(results);
        },
        onEnd: () => {
          for (const { done } of this.#underWay.splice(0)) done(undefined);
        },
      },
    );
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
