import { join } from "node:path";
import { Worker } from "node:worker_threads";

/** Messages are all that a worker allocates: with so little, each takes 5 MB less, in the same time. */
const YOUNG_GENERATION_MB = 2;

interface WorkerPlace {
  /** Where the worker is when the code runs from source; the build puts its bundle beside the task's. */
  readonly folder: string;
  /** Of the bundle, without `.js`. */
  readonly name: string;
  readonly workerData?: unknown;
}

interface WorkerEvents<Message> {
  onMessage(message: Message): void;
  /** Called once, when the thread has ended, for any reason. @param error undefined if it was ended from here. */
  onEnd(error: Error | undefined): void;
}

/**
 * Starts a thread that does not keep the process alive.
 *
 * @throws if it cannot be started.
 */
export function startWorker<Message>(place: WorkerPlace, events: WorkerEvents<Message>): Worker {
  const { folder, name, workerData } = place;
  const file = import.meta.filename.endsWith(".ts") ? `${name}-from-source.mjs` : `${name}.js`;
  const worker = new Worker(join(folder, file), {
    workerData,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    // Node repeats its warnings in each thread. The log needs them once.
    stdout: true,
    stderr: true,
  });
  worker.unref();
  let failure: Error | undefined;
  worker.on("message", events.onMessage);
  // An exit follows each error.
  worker.on("error", (error: Error) => {
    failure ??= error;
  });
  // Who waits for this message would wait for ever.
  worker.on("messageerror", (error) => {
    failure ??= error;
    void worker.terminate();
  });
  worker.on("exit", () => events.onEnd(failure));
  return worker;
}
