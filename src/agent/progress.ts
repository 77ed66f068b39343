import * as tl from "azure-pipelines-task-lib/task.js";
import { formatBytes, formatCount, formatSeconds } from "./format.ts";
import { log } from "./log.ts";

const INTERVAL_MS = 2_000;

/**
 * * Reports the progress of a transfer until `stop`: in the agent's progress bar and with a log line every 2 seconds. It logs nothing if no
 * data moved since the last line, or if the transfer ends sooner.
 */
export class TransferProgress {
  readonly #startMs = performance.now();
  readonly #totalFiles: number;
  readonly #totalBytes: number;
  readonly #timer: NodeJS.Timeout;
  #doneFiles = 0;
  #doneBytes = 0;
  #hasMoved = false;

  constructor(totalFiles: number, totalBytes: number) {
    this.#totalFiles = totalFiles;
    this.#totalBytes = totalBytes;
    this.#timer = setInterval(() => this.#report(), INTERVAL_MS);
  }

  addBytes(sizeBytes: number): void {
    this.#hasMoved = true;
    // A file that changed is sent twice, but progress never exceeds 100 %.
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
    if (!this.#hasMoved) return;
    this.#hasMoved = false;
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
