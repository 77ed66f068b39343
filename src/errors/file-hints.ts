import { fileErrorCode } from "./system-codes.ts";

/** What to do about a failure of the file system. Node's own message says only what failed. */
const ADVICE = new Map([
  ["disk-full", "Free space on that disk, or use a folder on another one."],
  ["disk-failed", "Check that disk and its file system."],
  ["file-access-denied", "Check that the agent's user has access there."],
  [
    "file-not-found",
    "Another process deleted or renamed it during this step. Run the step again when that process has ended.",
  ],
  ["path-taken", "Remove the file or folder that has the same name."],
  ["too-many-open-files", "Raise the limit of the agent's user (ulimit -n), or lower concurrency."],
]);

/** @returns the error's message as a sentence, and what to do if it is a known error of the file system. */
export function describeFileError(error: Error): string {
  const advice = ADVICE.get(fileErrorCode(error) ?? "");
  return advice === undefined ? `${error.message}.` : `${error.message}. ${advice}`;
}
