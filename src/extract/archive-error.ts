import { shorten } from "../errors/bounded-text.ts";
import { CodedError } from "../errors/coded-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";

/** Why an archive is refused: because of one entry, or as a whole. */
type ArchiveErrorCode = Extract<ErrorCode, `archive-${string}`>;

/** An archive that is not extracted. Its message completes "X was not extracted: ". */
export class ArchiveError extends CodedError {
  override readonly name: string = "ArchiveError";

  constructor(code: ArchiveErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}

/** Longer names, which no disk allows, are cut. */
const MAX_SHOWN_LENGTH = 1_100;

/** The name of an entry, as messages show it. */
export function shownName(entryName: string): string {
  return shorten(entryName, MAX_SHOWN_LENGTH);
}

/** @param reason completes "its entry X is refused: ", for example `it is a symbolic link`. */
export function refuseEntry(entryName: string, reason: string): ArchiveError {
  return new ArchiveError("archive-entry-refused", `its entry ${shownName(entryName)} is refused: ${reason}`);
}

/** @param what says where the archive is damaged, for example `its entry a.txt is damaged`. */
export function damagedArchive(what: string, reason: string, cause?: unknown): ArchiveError {
  return new ArchiveError("archive-damaged", `${what}: ${reason}`, { cause });
}
