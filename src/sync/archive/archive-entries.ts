import { statSync } from "node:fs";
import { join } from "node:path";
import type { ArchiveEntry } from "../../archive/archive-entry.ts";
import { codeOf } from "../../errors/coded-error.ts";
import type { FileDigester } from "../../files/digest/file-digest.ts";
import type { LocalFile } from "../../files/scan.ts";
import { inParallel } from "../../s3/concurrency/in-parallel.ts";
import { StepError } from "../step-error.ts";

/** The number of files that are digested at once. They are passed to threads in batches. */
const PARALLEL_FILES = 256;

export interface EntryTools {
  readonly digester: FileDigester;
  /** Called for each file that has been read. */
  considered?(): void;
  readonly signal: AbortSignal;
}

/**
 * Reads the files of an archive to get the values for its content hash.
 *
 * @param base the folder that the paths of the files start at.
 * @throws {StepError} if a file cannot be read, or changes meanwhile; the signal's reason.
 */
export function readEntries(
  base: string,
  files: readonly LocalFile[],
  { digester, considered, signal }: EntryTools,
): Promise<ArchiveEntry[]> {
  return inParallel(files, PARALLEL_FILES, signal, async ({ path, sizeBytes }) => {
    const absolutePath = join(base, path);
    try {
      const sha256 = await digester.digest({ path: absolutePath, sizeBytes, algorithm: "SHA256" });
      considered?.();
      return { path, sizeBytes, isExecutable: isExecutable(absolutePath), sha256: sha256.toString("hex") };
    } catch (error) {
      signal.throwIfAborted();
      const message = `${path} cannot be put into the archive: ${(error as Error).message}. Nothing was uploaded. Check the file, or exclude it with a pattern.`;
      throw new StepError(codeOf(error), message, { cause: error });
    }
  });
}

/** Whether a file's owner may run it. Windows does not have this bit, and an archive from there must not depend on a guess. */
function isExecutable(absolutePath: string): boolean {
  return process.platform !== "win32" && (statSync(absolutePath).mode & 0o100) !== 0;
}
