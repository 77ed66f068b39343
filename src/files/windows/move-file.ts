import { renameSync, type Stats } from "node:fs";
import { chmod, lstat, rename, unlink } from "node:fs/promises";
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
  /** Called before each try. It throws if the path does not lead any more to where it should. */
  readonly confirm?: () => Promise<unknown>;
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
 * @throws {FileInUseError}; {CodedError} if there is a folder, under Windows; Node's error; what `confirm` throws; the signal's reason. A
 * read-only file is then still read-only.
 */
export async function moveFile(from: string, to: string, disk: Disk, options: MoveOptions = {}): Promise<void> {
  const { patience = ofProcess, calls = callsOn(disk) } = options;
  await whileHeld(to, options, async () => {
    try {
      return await calls.rename(from, to);
    } catch (error) {
      const isRefused = ["EPERM", "EACCES", "EBUSY"].includes((error as NodeJS.ErrnoException).code ?? "");
      const found = patience.isWindows && isRefused ? await calls.lstat(to).catch(() => undefined) : undefined;
      if (!found) throw error;
      if (found.isDirectory()) throw folderInTheWayError(to);
      if (found.isSymbolicLink()) await calls.unlink(to);
      else if (isReadOnly(found)) await calls.chmod(to, 0o666);
      else throw error;
      await keepingMode(to, found, calls, () => calls.rename(from, to));
    }
  });
}

/** Removes a file or a link; nothing if there is none. Throws as `moveFile` does. */
export async function removeFile(path: string, options: MoveOptions = {}): Promise<void> {
  const { patience = ofProcess, calls = { lstat, chmod, unlink } } = options;
  await whileHeld(path, options, async () => {
    // Node clears the attribute before it removes a file.
    const found = patience.isWindows ? await calls.lstat(path).catch(() => undefined) : undefined;
    if (found?.isDirectory()) throw folderInTheWayError(path);
    await keepingMode(path, found, calls, () => calls.unlink(path)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
  });
}

async function whileHeld(path: string, options: MoveOptions, act: () => Promise<void>): Promise<void> {
  const { confirm, signal, patience = ofProcess } = options;
  await patience.whileHeld({ path, purpose: "change", ...(signal ? { signal } : {}) }, async () => {
    await confirm?.();
    await act();
  });
}

/** Makes a file read-only again if it was, and the call fails. */
async function keepingMode(
  path: string,
  found: Stats | undefined,
  calls: Pick<MoveCalls, "chmod">,
  act: () => Promise<void>,
): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (found && !found.isSymbolicLink() && isReadOnly(found))
      await calls.chmod(path, found.mode & 0o777).catch(() => undefined);
    throw error;
  }
}

function isReadOnly({ mode }: Stats): boolean {
  return (mode & 0o200) === 0;
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
