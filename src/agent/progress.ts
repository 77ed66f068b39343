import * as tl from "azure-pipelines-task-lib/task.js";
import { formatBytes, formatCount, formatSeconds } from "./format.ts";
import { log } from "./log.ts";

const INTERVAL_MS = 2_000;

/** Tells how far a transfer is: the agent's progress bar and a line in the log, at most every 2 seconds, nothing when it is over sooner. */
export class TransferProgress {
  readonly #startMs = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #totalFiles = 0;
  #totalBytes = 0;
  #doneFiles = 0;
  #doneBytes = 0;

  start(totalFiles: number, totalBytes: number): void {
    this.#totalFiles = totalFiles;
    this.#totalBytes = totalBytes;
    this.#timer = setInterval(() => this.#report(), INTERVAL_MS);
    this.#timer.unref();
  }

  addBytes(sizeBytes: number): void {
    this.#doneBytes = Math.min(this.#totalBytes, this.#doneBytes + sizeBytes);
  }

  addFile(): void {
    this.#doneFiles++;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  elapsedSeconds(): number {
    return (performance.now() - this.#startMs) / 1000;
  }

  #report(): void {
    const share = this.#totalBytes > 0 ? this.#doneBytes / this.#totalBytes : this.#doneFiles / this.#totalFiles;
    const percent = Math.floor(share * 100);
    const bytesPerSecond = this.#doneBytes / this.elapsedSeconds();
    const files = `${formatCount(this.#doneFiles)} of ${formatCount(this.#totalFiles)} files`;
    const bytes = `${formatBytes(this.#doneBytes)} of ${formatBytes(this.#totalBytes)}`;
    const left =
      bytesPerSecond > 0 ? `, ${formatSeconds((this.#totalBytes - this.#doneBytes) / bytesPerSecond)} left` : "";
    log.info(`${percent} %: ${files}, ${bytes}, ${formatBytes(bytesPerSecond)}/s${left}`);
    tl.setProgress(percent, files);
  }
}
