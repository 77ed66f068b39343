import { renameSync } from "node:fs";
import { chmod, lstat, rename, rm, unlink } from "node:fs/promises";
import { CodedError } from "../../errors/coded-error.ts";
import type { Disk } from "../disk.ts";
import { patience as ofProcess, type Patience } from "./patience.ts";

/** The system calls, which tests replace to refuse as Windows does. */
export interface MoveCalls {
  rename(from: string, to: string): Promise<void>;
  readonly lstat: typeof lstat;
  readonly chmod: typeof chmod;
  readonly unlink: typeof unlink;
}

export interface MoveOptions {
  readonly signal?: AbortSignal;
  readonly patience?: Patience;
  readonly calls?: MoveCalls;
}

/** The error if a folder exists at the absolute path of a file. */
export function folderInTheWayError(path: string): CodedError {
  return new CodedError(
    "path-taken",
    `there is a folder of the same name: ${path}. Remove or rename that folder, or choose another target folder`,
  );
}

/**
 * Moves a file to a name, and replaces the file there. Windows does not replace read-only or open files, or junctions. So the attribute is
 * cleared, a junction is removed, and if another program has the file open, the call waits.
 *
 * @throws {FileInUseError}; {CodedError} if there is a folder, under Windows; Node's error; the signal's reason.
 */
export async function moveFile(from: string, to: string, disk: Disk, options: MoveOptions = {}): Promise<void> {
  const { signal, patience = ofProcess, calls = callsOn(disk) } = options;
  await patience.whileHeld({ path: to, purpose: "change", ...(signal ? { signal } : {}) }, async () => {
    try {
      await calls.rename(from, to);
    } catch (error) {
      const isRefused = ["EPERM", "EACCES", "EBUSY"].includes((error as NodeJS.ErrnoException).code ?? "");
      if (!patience.isWindows || !isRefused || !(await makeWay(to, calls))) throw error;
      await calls.rename(from, to);
    }
  });
}

/** Removes a file or a link; nothing if there is none. Throws as `moveFile` does. */
export async function removeFile(path: string, signal?: AbortSignal): Promise<void> {
  const call = { path, purpose: "change", ...(signal ? { signal } : {}) } as const;
  await ofProcess.whileHeld(call, () => rm(path, { force: true }));
}

/** @returns whether an obstacle was removed. @throws {CodedError} if it is a folder. */
async function makeWay(path: string, calls: MoveCalls): Promise<boolean> {
  const found = await calls.lstat(path).catch(() => undefined);
  if (!found) return false;
  if (found.isDirectory()) throw folderInTheWayError(path);
  if (found.isSymbolicLink()) {
    await calls.unlink(path);
    return true;
  }
  const isReadOnly = (found.mode & 0o200) === 0;
  if (isReadOnly) await calls.chmod(path, 0o666);
  return isReadOnly;
}

function callsOn(disk: Disk): MoveCalls {
  return {
    rename: (from, to) =>
      disk.call(
        () => renameSync(from, to),
        () => rename(from, to),
      ),
    lstat,
    chmod,
    unlink,
  };
}
