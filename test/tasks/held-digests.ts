import { existsSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { StepRequest } from "../../local/agent/agent.ts";
import { MIB } from "./stored-objects.ts";

/** A file of this size is digested in threads. */
export const FILE_FOR_THREADS_BYTES = 64 * MIB;

/** A step whose threads never digest a file. It is cancelled as soon as one should. */
export class HeldDigests {
  readonly step: Partial<StepRequest>;
  readonly #mark: string;

  constructor(folder: string) {
    this.#mark = join(folder, "digest-has-begun");
    const preload = join(folder, "hold-digests.cjs");
    // Only these threads are sent arrays.
    writeFileSync(
      preload,
      `const threads = require("node:worker_threads");
      threads.Worker = class extends threads.Worker {
        postMessage(message) {
          if (Array.isArray(message)) require("node:fs").writeFileSync(${JSON.stringify(this.#mark)}, "");
          else super.postMessage(message);
        }
      };`,
    );
    const cancel = new AbortController();
    const watcher = watch(folder, { persistent: false }, () => {
      if (!this.haveBegun) return;
      watcher.close();
      cancel.abort();
    });
    this.step = { cancel: cancel.signal, env: { NODE_OPTIONS: `--require=${preload}` } };
  }

  get haveBegun(): boolean {
    return existsSync(this.#mark);
  }
}
