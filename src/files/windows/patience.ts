import { CodedError } from "../../errors/coded-error.ts";
import { type BackOff, delayAfter, pause } from "../../scheduling/back-off.ts";

/** Another program did not let go of a file in time. */
export class FileInUseError extends CodedError {
  override readonly name: string = "FileInUseError";
}

/** Windows' codes if another program has a file open without sharing it. */
const IN_USE = "EBUSY";
/** Windows' codes for a rename or removal of such a file. They also mean a missing right, and cannot be distinguished. */
const IN_USE_OR_DENIED = new Set(["EPERM", "EACCES"]);

/** The time that npm and other tools wait for a virus scanner, an indexer or a backup. */
const LONG_MS = 60_000;
/** The time for all files after the first one that stayed open: a thousand of them must not take a thousand minutes. */
const SHORT_MS = 1_300;
const BACK_OFF: BackOff = { firstDelayMs: 10, maxDelayMs: 1_000 };

export interface PatienceOptions {
  readonly isWindows?: boolean;
  /** The clock, in milliseconds, and the function that waits on it. */
  readonly now?: () => number;
  readonly wait?: typeof pause;
}

/** A call that is retried while another program holds a file. */
export interface HeldCall {
  readonly path: string;
  /** `change`: a rename or a removal. */
  readonly purpose: "read" | "change";
  readonly signal?: AbortSignal;
}

/** Waits for files that another program has open. This only happens on Windows; on other systems a call is made once. */
export class Patience {
  readonly isWindows: boolean;
  readonly #now: () => number;
  readonly #wait: typeof pause;
  #mostMs = LONG_MS;

  constructor({
    isWindows = process.platform === "win32",
    now = () => performance.now(),
    wait = pause,
  }: PatienceOptions = {}) {
    this.isWindows = isWindows;
    this.#now = now;
    this.#wait = wait;
  }

  /**
   * Makes a call until it succeeds, or fails for another reason than that the file is in use.
   *
   * @throws {FileInUseError} if it still is after a minute, or after a second if an earlier file stayed open too; what the call throws; the
   * signal's reason.
   */
  async whileHeld<T>({ path, purpose, signal }: HeldCall, act: () => Promise<T>): Promise<T> {
    const startMs = this.#now();
    for (let tries = 1; ; tries++) {
      try {
        return await act();
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? "";
        const mayBeHeld = code === IN_USE || (purpose === "change" && IN_USE_OR_DENIED.has(code));
        if (!this.isWindows || !mayBeHeld) throw error;
        signal?.throwIfAborted();
        const waitedMs = this.#now() - startMs;
        const leftMs = this.#mostMs - waitedMs;
        if (leftMs <= 0) {
          this.#mostMs = SHORT_MS;
          throw describe(path, code, waitedMs, error as Error);
        }
        await this.#wait(Math.min(delayAfter(tries, BACK_OFF), leftMs), signal);
      }
    }
  }
}

/** One for the whole process, because a program that holds one file may hold others. */
export const patience = new Patience();

function describe(path: string, code: string, waitedMs: number, cause: Error): FileInUseError {
  const waited = `${Math.round(waitedMs / 1000)} s`;
  const message =
    code === IN_USE
      ? `${path} is open in another program, which did not close it within ${waited} (${code}). Close that program, for example one that an earlier step started, and run the step again`
      : `${path} could not be replaced or removed within ${waited} (${code}): either another program has it open, or the agent's user may not change it. Close the program, or give the user the right, and run the step again`;
  return new FileInUseError("file-in-use", message, { cause });
}
