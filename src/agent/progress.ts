import * as tl from "azure-pipelines-task-lib/task.js";
import { formatBytes } from "../errors/byte-size.ts";
import { formatCount } from "../errors/counts.ts";
import { formatSeconds } from "./format.ts";
import { log } from "./log.ts";

const INTERVAL_MS = 2_000;
/** The longer a transfer takes, the fewer lines it needs: at most one a minute in the end. */
const MAX_LINE_INTERVAL_SECONDS = 60;
/** After so many of them without any data, the log says what the step waits for. */
const SILENT_TURNS = 15;

/** Files and their bytes move, or archives are downloaded and checked, or extracted. The last two go on after the last byte has come. */
type ProgressWork = "transfer" | "check-archives" | "extract";

/**
 * Reports the progress of a transfer until `stop`: in the agent's progress bar every 2 seconds, and with log lines at growing intervals. If
 * no data and no file moved, it logs a line every 30 seconds. It logs nothing if the transfer ends sooner.
 */
export class TransferProgress {
  readonly #startMs = performance.now();
  readonly #work: ProgressWork;
  readonly #totalFiles: number;
  readonly #totalBytes: number;
  readonly #timer: NodeJS.Timeout;
  #doneFiles = 0;
  #doneBytes = 0;
  #hasMoved = false;
  #silentTurns = 0;
  #nextLineSeconds = 0;
  #lastMs: number | undefined;

  constructor(totalFiles: number, totalBytes: number, work: ProgressWork = "transfer") {
    this.#work = work;
    this.#totalFiles = totalFiles;
    this.#totalBytes = totalBytes;
    this.#timer = setInterval(() => this.#report(), INTERVAL_MS);
  }

  addBytes(sizeBytes: number): void {
    this.#hasMoved = true;
    this.#lastMs = performance.now();
    // A file that changed is sent twice, but progress never exceeds 100 %.
    this.#doneBytes = Math.min(this.#totalBytes, this.#doneBytes + sizeBytes);
  }

  addFile(): void {
    this.#hasMoved = true;
    this.#doneFiles++;
    this.#lastMs = performance.now();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #elapsedSeconds(): number {
    return (performance.now() - this.#startMs) / 1000;
  }

  /** Until the last byte or file: what a step does afterwards, for example a wait for caches, is not counted. */
  transferSeconds(): number {
    return ((this.#lastMs ?? performance.now()) - this.#startMs) / 1000;
  }

  #report(): void {
    if (!this.#hasMoved) {
      const isWaiting = this.#doneFiles < this.#totalFiles;
      if (++this.#silentTurns % SILENT_TURNS === 0 && isWaiting) log.progress(this.#describeSilence());
      return;
    }
    this.#hasMoved = false;
    this.#silentTurns = 0;
    const share = this.#totalBytes > 0 ? this.#doneBytes / this.#totalBytes : this.#doneFiles / this.#totalFiles;
    const percent = Math.floor(share * 100);
    const files = `${formatCount(this.#doneFiles)} of ${formatCount(this.#totalFiles)} files`;
    const seconds = this.#elapsedSeconds();
    // The bytes of compressed files never reach the total.
    if (this.#doneFiles < this.#totalFiles && seconds >= this.#nextLineSeconds) {
      log.progress(`${percent} %: ${files}${this.#describeBytes(seconds)}`);
      this.#nextLineSeconds = seconds + Math.min(MAX_LINE_INTERVAL_SECONDS, seconds / 2);
    }
    tl.setProgress(percent, files);
  }

  /** Nothing where all files are empty. */
  #describeBytes(seconds: number): string {
    if (this.#totalBytes === 0) return "";
    const bytesPerSecond = this.#doneBytes / seconds;
    const bytes = `${formatBytes(this.#doneBytes)} of ${formatBytes(this.#totalBytes)}`;
    const secondsLeft = (this.#totalBytes - this.#doneBytes) / bytesPerSecond;
    const left = bytesPerSecond > 0 ? `, ${formatSeconds(secondsLeft)} left` : "";
    return `, ${bytes}, ${formatBytes(bytesPerSecond)}/s${left}`;
  }

  #describeSilence(): string {
    const seconds = Math.round((this.#silentTurns * INTERVAL_MS) / 1000);
    const done = formatCount(this.#doneFiles);
    const total = formatCount(this.#totalFiles);
    if (this.#work === "extract") return `Extracting: ${done} of ${total} files are in the target folder`;
    if (this.#work === "check-archives" && this.#doneBytes >= this.#totalBytes) {
      return `Checking the archives: ${done} of ${total} are checked`;
    }
    return `Waiting for the server: no data was sent or received for ${seconds} s, ${done} of ${total} files are done. Failed requests are tried again`;
  }
}
