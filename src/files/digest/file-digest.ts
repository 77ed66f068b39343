import { setImmediate as nextTurn } from "node:timers/promises";
import { availableCores } from "../../scheduling/available-cores.ts";
import { Queue } from "../../scheduling/queue.ts";
import { BLOCK_SIZE_BYTES } from "../block-pool.ts";
import { FileChangedError } from "../file-range.ts";
import { patience } from "../windows/patience.ts";
import {
  countRanges,
  type DigestRange,
  digestRange,
  type FileDigestRequest,
  joinDigests,
  rangeAt,
} from "./digest-range.ts";
import { DigestThread } from "./digest-thread.ts";
import type { RangeFailure, RangeResult } from "./digest-worker.ts";

export type { FileDigestRequest } from "./digest-range.ts";

/** Threads start late: it takes each 40 ms, and small files that the system has in its cache are read faster than handed over. */
const THREAD_BYTES = 64 * 1024 ** 2;
/** Where so much time has gone into files, they are many, or their disk is slow; then more of them are to be waited for at once. */
const THREADS_AFTER_MS = 500;
/** More cores than this are seldom fed by a disk. */
const MAX_THREADS = 4;
/** For so long the calling thread does nothing else. */
const TURN_MS = 5;

/** What a thread is sent at once: so many ranges that a message costs little for each, so few that all threads have some. */
const MAX_BATCH_RANGES = 64;
const BATCH_COST_BYTES = 4 * 1024 ** 2;
/** Opening and closing a file costs as much as digesting so many bytes of it. */
const FILE_COST_BYTES = 16 * 1024;

interface Job {
  readonly request: FileDigestRequest;
  readonly rangeCount: number;
  takenRanges: number;
  /** In the order of the ranges. */
  readonly digests: Buffer[];
  doneRanges: number;
  readonly resolve: (digest: Buffer) => void;
  readonly reject: (error: Error) => void;
}

interface JobRange {
  readonly job: Job;
  readonly index: number;
  readonly range: DigestRange;
}

interface FileDigesterOptions {
  /** Threads beside the calling one; 0 for none, otherwise as many as there are cores, at most 4. */
  readonly maxWorkers?: number;
  /** In milliseconds; tests have a clock of their own. */
  readonly now?: () => number;
  /** Once it is aborted, what has not been digested yet fails with its reason. */
  readonly signal?: AbortSignal;
}

/**
 * Digests local files: in the calling thread, turn by turn, and where there is much to do in threads of their own, among which large files
 * are split by their parts. It takes a block of memory for each thread, however large the files are.
 */
export class FileDigester {
  readonly #maxThreads: number;
  readonly #now: () => number;
  #threads: DigestThread[] = [];
  /** Files of which some ranges have not been taken yet. */
  #waiting = new Queue<Job>();
  /** Ranges of a thread that has died. */
  readonly #returned: JobRange[] = [];
  readonly #unfinished = new Set<Job>();
  readonly #block = Buffer.allocUnsafeSlow(BLOCK_SIZE_BYTES);
  /** Of all files so far that are no small ones. */
  #largeBytes = 0;
  #spentHereMs = 0;
  #isScheduled = false;
  #isWorkingHere = false;
  #hasLostThread = false;
  readonly #closing = new AbortController();
  /** Aborted by `close`, or when the step is cancelled. */
  readonly #ended: AbortSignal;

  constructor({
    maxWorkers = Math.min(availableCores(), MAX_THREADS),
    now = () => performance.now(),
    signal,
  }: FileDigesterOptions = {}) {
    this.#maxThreads = maxWorkers;
    this.#now = now;
    this.#ended = AbortSignal.any([this.#closing.signal, ...(signal ? [signal] : [])]);
    this.#ended.addEventListener("abort", () => this.#end());
  }

  /**
   * The digest of a file; with `partSizeBytes` the digest of its parts' digests in a row, as S3 makes composite checksums and the ETags of
   * multipart uploads (before their `-N`).
   *
   * @throws {FileChangedError} if the file has more or fewer bytes than expected; {FileInUseError}; Node's error if it cannot be read; the
   * signal's reason.
   */
  digest(request: FileDigestRequest): Promise<Buffer> {
    const call = { path: request.path, purpose: "read", signal: this.#ended } as const;
    return patience.whileHeld(call, () => this.#digestNow(request));
  }

  #digestNow(request: FileDigestRequest): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#ended.throwIfAborted();
      const job = {
        request,
        rangeCount: countRanges(request),
        takenRanges: 0,
        digests: [],
        doneRanges: 0,
        resolve,
        reject,
      };
      if (request.sizeBytes >= BLOCK_SIZE_BYTES) this.#largeBytes += request.sizeBytes;
      this.#waiting.push(job);
      this.#unfinished.add(job);
      this.#schedule();
    });
  }

  /** Ends the threads. What has not been digested yet fails. */
  async close(): Promise<void> {
    this.#closing.abort(new Error("the step ended before the file was read"));
    await Promise.all(this.#threads.map((thread) => thread.end()));
  }

  #end(): void {
    for (const job of this.#unfinished) job.reject(this.#ended.reason);
    this.#unfinished.clear();
    this.#waiting = new Queue();
    for (const thread of this.#threads) void thread.end();
  }

  /** How many threads the work is worth; as long as it is none, the calling one does it. */
  #worthThreads(): number {
    if (this.#hasLostThread) return 0;
    const worth = this.#spentHereMs >= THREADS_AFTER_MS ? MAX_THREADS : Math.floor(this.#largeBytes / THREAD_BYTES);
    return Math.min(this.#maxThreads, worth);
  }

  /** Waits for the turn's end, so that files which are asked for in a row make a batch. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      if (this.#worthThreads() > 0) this.#feedThreads();
      else if (!this.#isWorkingHere) void this.#workHere();
    });
  }

  #feedThreads(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#threadWithLeast();
      if (!thread || thread.costBytes >= BATCH_COST_BYTES) return;
      this.#sendBatch(thread);
    }
  }

  /** A new one if all are busy and there is work for more; none if it cannot be started. */
  #threadWithLeast(): DigestThread | undefined {
    const [least] = this.#threads.toSorted((a, b) => a.costBytes - b.costBytes);
    if (least && (least.costBytes === 0 || this.#threads.length >= this.#worthThreads())) return least;
    try {
      const thread = new DigestThread();
      this.#threads.push(thread);
      return thread;
    } catch {
      this.#goOnWithout(undefined, []);
      return undefined;
    }
  }

  /** A thread that cannot start or has died, for want of memory maybe, is no reason to fail: it only takes longer without. */
  #goOnWithout(lost: DigestThread | undefined, batch: readonly JobRange[]): void {
    this.#hasLostThread = true;
    this.#threads = this.#threads.filter((thread) => thread !== lost);
    this.#returned.push(...batch);
    this.#schedule();
  }

  #sendBatch(thread: DigestThread): void {
    const maxRanges = Math.min(MAX_BATCH_RANGES, Math.ceil(this.#waiting.length / this.#threads.length));
    const batch: JobRange[] = [];
    let costBytes = 0;
    while (batch.length < maxRanges && costBytes < BATCH_COST_BYTES) {
      const taken = this.#takeRange();
      if (!taken) break;
      batch.push(taken);
      costBytes += taken.range.sizeBytes + FILE_COST_BYTES;
    }
    thread.send(
      batch.map(({ range }) => range),
      costBytes,
      (results) => this.#receive(thread, batch, results),
    );
  }

  #receive(thread: DigestThread, batch: readonly JobRange[], results: readonly RangeResult[] | undefined): void {
    if (!results) {
      this.#goOnWithout(thread, batch);
      return;
    }
    for (const [position, { job, index }] of batch.entries()) {
      const result = results[position] as RangeResult;
      if (typeof result === "string") this.#finish(job, index, Buffer.from(result, "latin1"));
      else this.#fail(job, errorOf(result.failure));
    }
    if (this.#waiting.length > 0) this.#schedule();
  }

  async #workHere(): Promise<void> {
    this.#isWorkingHere = true;
    let startMs = this.#now();
    const endTurn = async () => {
      this.#spentHereMs += this.#now() - startMs;
      await nextTurn();
      startMs = this.#now();
    };
    while (this.#worthThreads() === 0) {
      const taken = this.#takeRange();
      if (!taken) break;
      const steps = this.#digestHere(taken);
      while (!this.#ended.aborted && !steps.next().done) {
        if (this.#now() - startMs >= TURN_MS) await endTurn();
      }
      steps.return();
      if (this.#now() - startMs >= TURN_MS) await endTurn();
    }
    this.#spentHereMs += this.#now() - startMs;
    this.#isWorkingHere = false;
    if (this.#waiting.length > 0) this.#schedule();
  }

  *#digestHere({ job, index, range }: JobRange): Generator<void, void> {
    try {
      this.#finish(job, index, yield* digestRange(range, this.#block));
    } catch (error) {
      this.#fail(job, error as Error);
    }
  }

  #takeRange(): JobRange | undefined {
    const returned = this.#returned.pop();
    if (returned) return returned;
    const job = this.#waiting.first;
    if (!job) return undefined;
    const index = job.takenRanges++;
    if (job.takenRanges === job.rangeCount) this.#waiting.removeFirst();
    return { job, index, range: rangeAt(job.request, index) };
  }

  #finish(job: Job, index: number, digest: Buffer): void {
    job.digests[index] = digest;
    job.doneRanges++;
    if (job.doneRanges < job.rangeCount) return;
    this.#unfinished.delete(job);
    job.resolve(joinDigests(job.request, job.digests));
  }

  #fail(job: Job, error: Error): void {
    this.#unfinished.delete(job);
    // Ranges are taken from one file after the other, so that only the first one may have some left.
    if (this.#waiting.first === job) this.#waiting.removeFirst();
    job.reject(error);
  }
}

function errorOf(failure: RangeFailure): Error {
  return failure === "changed" ? new FileChangedError() : Object.assign(new Error(failure.message), failure);
}
