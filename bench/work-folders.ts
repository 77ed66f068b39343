import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atTheEnd } from "../scripts/servers/process-groups.ts";
import { PATTERN_BYTES, pattern } from "./null-s3/pattern.ts";

/** A folder that is removed, at the latest when this process ends. */
export interface WorkFolder {
  readonly path: string;
  remove(): void;
}

const MEMORY = "/dev/shm";
const FILES_IN_A_FOLDER = 100;
const MIN_SMALL_BYTES = 1_024;
const MAX_SMALL_BYTES = 34_000;

/** An empty folder in memory, where there is such a place, so that no disk is measured. */
export function memoryFolder(name: string): WorkFolder {
  const path = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), `bench-${name}-`));
  const remove = () => rmSync(path, { recursive: true, force: true });
  const forget = atTheEnd(remove);
  return {
    path,
    remove() {
      forget();
      remove();
    },
  };
}

/** So many files of 1 to 34 kB, a hundred in each folder: 3,000 of them have 53 MB. */
export function smallFiles(count: number): WorkFolder {
  const folder = memoryFolder("small");
  for (let index = 0; index < count; index++) {
    const parent = join(folder.path, `folder-${Math.floor(index / FILES_IN_A_FOLDER)}`);
    if (index % FILES_IN_A_FOLDER === 0) mkdirSync(parent);
    const sizeBytes = MIN_SMALL_BYTES + ((index * 7919) % (MAX_SMALL_BYTES - MIN_SMALL_BYTES));
    const startByte = (index * 104_729) % (PATTERN_BYTES - MAX_SMALL_BYTES);
    writeFileSync(join(parent, `file-${index}.bin`), pattern.subarray(startByte, startByte + sizeBytes));
  }
  return folder;
}

/** A folder with one file, which is the pattern again and again. */
export function largeFile(sizeBytes: number): WorkFolder {
  return largeFiles(1, sizeBytes);
}

/** A folder with several such files. */
export function largeFiles(count: number, sizeBytes: number): WorkFolder {
  const folder = memoryFolder("large");
  for (let index = 0; index < count; index++) {
    const file = join(folder.path, `large-${index}.bin`);
    for (let doneBytes = 0; doneBytes < sizeBytes; doneBytes += PATTERN_BYTES)
      writeFileSync(file, pattern, { flag: "a" });
  }
  return folder;
}
