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
  /** How long to wait for the first file that stays open. */
  readonly longMs?: number;
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
  readonly #longMs: number;
  #hasWaitedInVain = false;

  constructor({ isWindows = process.platform === "win32", longMs = LONG_MS }: PatienceOptions = {}) {
    this.isWindows = isWindows;
    this.#longMs = longMs;
  }

  /**
   * Makes a call until it succeeds, or fails for another reason than that the file is in use.
   *
   * @throws {FileInUseError} if it still is after a minute, or after a second if an earlier file stayed open too; what the call throws; the
   * signal's reason.
   */
  async whileHeld<T>({ path, purpose, signal }: HeldCall, act: () => Promise<T>): Promise<T> {
    const startMs = performance.now();
    for (let tries = 1; ; tries++) {
      try {
        return await act();
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? "";
        const mayBeHeld = code === IN_USE || (purpose === "change" && IN_USE_OR_DENIED.has(code));
        if (!this.isWindows || !mayBeHeld) throw error;
        signal?.throwIfAborted();
        const waitedMs = performance.now() - startMs;
        if (waitedMs >= this.#mostMs()) {
          this.#hasWaitedInVain = true;
          throw describe(path, code, waitedMs, error as Error);
        }
        await pause(Math.min(delayAfter(tries, BACK_OFF), this.#mostMs()), signal);
      }
    }
  }

  #mostMs(): number {
    return this.#hasWaitedInVain ? Math.min(SHORT_MS, this.#longMs) : this.#longMs;
  }
}

/** One for the whole process, because a program that holds one file may hold others. */
export const patience = new Patience();

function describe(path: string, code: string, waitedMs: number, cause: Error): FileInUseError {
  const after = `after ${Math.round(waitedMs / 1000)} s`;
  const message =
    code === IN_USE
      ? `${path} is open in another program, also ${after} (${code}). Close the program, for example one that an earlier step started, and run the step again`
      : `${path} could not be replaced or removed, also ${after} (${code}): another program has it open, or the agent's user has no right to change it. Close the program or give the user the right, and run the step again`;
  return new FileInUseError("file-in-use", message, { cause });
}
