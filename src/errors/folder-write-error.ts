import { CodedError } from "./coded-error.ts";
import { fileErrorCode } from "./system-codes.ts";

/** A folder that the step needs for its own files is not writable. Node's own message names neither the folder nor what to do. */
export class FolderWriteError extends CodedError {
  override readonly name: string = "FolderWriteError";
}

/**
 * * The error if a file cannot be written into the agent's temporary folder.
 *
 * @param folder absolute path.
 * @returns the error itself if it is not one of the file system.
 */
export function temporaryFolderError(folder: string, error: unknown): unknown {
  const code = fileErrorCode(error);
  if (code === undefined || !(error instanceof Error)) return error;
  const advice =
    code === "disk-full"
      ? "Free space on its disk, or give the agent a larger one, and run the step again"
      : "Make sure that it exists and that the agent's user may write into it, and run the step again";
  const message = `The agent's temporary folder ${folder} cannot be written to: ${error.message}. ${advice}`;
  return new FolderWriteError(code, message, { cause: error });
}
