import { CodedError } from "./coded-error.ts";
import { fileErrorCode } from "./system-codes.ts";
import { describeUnwritableFolder } from "./unwritable-folder.ts";

/** A folder that the step needs for its own files is not writable. Node's own message names neither the folder nor what to do. */
export class FolderWriteError extends CodedError {
  override readonly name: string = "FolderWriteError";
}

/**
 * The error if a file cannot be written into the agent's temporary folder.
 *
 * @param folder absolute path.
 * @returns the error itself if it is not one of the file system.
 */
export function temporaryFolderError(folder: string, error: unknown): unknown {
  const code = fileErrorCode(error);
  if (code === undefined || !(error instanceof Error)) return error;
  const message = describeUnwritableFolder(folder, error.message, code === "disk-full");
  return new FolderWriteError(code, message, { cause: error });
}
