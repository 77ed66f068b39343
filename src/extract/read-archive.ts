import { open } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { asReason } from "../errors/bounded-text.ts";
import { fileErrorCode } from "../errors/system-codes.ts";
import { compareUtf8 } from "../files/byte-order.ts";
import { diskName, NameCollisions } from "../files/safe-path.ts";
import { patience } from "../files/windows/patience.ts";
import { eventLoopTurns } from "../scheduling/event-loop-turns.ts";
import type { ArchiveContents, ArchiveFile, CheckedFile, RawEntry } from "./archive-contents.ts";
import { ArchiveError, damagedArchive, refuseEntry, shownName } from "./archive-error.ts";
import { pathOfEntry } from "./entry-path.ts";
import { type ExtractLimits, ExtractMeter } from "./extract-limits.ts";
import { tarEntries } from "./tar-entries.ts";
import { zipEntries } from "./zip-entries.ts";

/** The disk that an archive is extracted to. */
export interface TargetDisk {
  readonly platform: NodeJS.Platform;
  readonly isCaseSensitive: boolean;
}

/**
 * Reads an archive from its first byte to its last, and writes nothing: each entry has to be a file or a folder with a safe path of its
 * own, with the bytes that the archive says it has, and all within the limits.
 *
 * @throws {ArchiveError} which names the entry; Node's error; the signal's reason.
 */
export async function checkArchive(
  archive: ArchiveFile,
  disk: TargetDisk,
  limits: ExtractLimits,
  signal: AbortSignal,
): Promise<ArchiveContents> {
  const meter = new ExtractMeter(limits, archive.sizeBytes);
  const files: CheckedFile[] = [];
  const folders = new Set<string>();
  for await (const entry of entriesOf(archive, signal, (sizeBytes) => meter.addInflatedBytes(sizeBytes))) {
    meter.beginEntry(entry.name, entry.sizeBytes);
    const path = pathOfEntry(entry, disk.platform);
    if (entry.isFolder) {
      if (path !== "") folders.add(path);
      continue;
    }
    let checksum = 0;
    const content = checkedContent(entry, signal, (actual) => {
      expectChecksum(actual, entry.crc32);
      checksum = actual;
    });
    for await (const { length } of content) {
      meter.addFileBytes(length);
      if (archive.format === "zip") meter.addInflatedBytes(length);
    }
    files.push({ place: entry.place, path, sizeBytes: entry.sizeBytes, crc32: checksum, mode: entry.mode });
  }
  files.sort((a, b) => compareUtf8(a.path, b.path));
  return { files, emptyFolders: await findCollisions(files, folders, disk, signal) };
}

/**
 * Reads some files of an archive that was checked, in the order in which the archive has them.
 *
 * @param wanted by the place of the file.
 * @param receive gets each one, and its content, which it has to read to the end.
 * @throws {ArchiveError} if the archive is not what it was when it was checked; what `receive` throws; the signal's reason.
 */
export async function readFiles<Wanted extends { readonly file: CheckedFile }>(
  archive: ArchiveFile,
  wanted: ReadonlyMap<number, Wanted>,
  signal: AbortSignal,
  receive: (wanted: Wanted, content: AsyncIterable<Buffer>) => Promise<void>,
): Promise<void> {
  for await (const entry of entriesOf(archive, signal, () => undefined)) {
    const found = wanted.get(entry.place);
    if (found)
      await receive(
        found,
        checkedContent(entry, signal, (actual) => expectChecksum(actual, found.file.crc32)),
      );
  }
}

/** @throws {FileInUseError}; the signal's reason, between entries. */
async function* entriesOf(
  archive: ArchiveFile,
  signal: AbortSignal,
  onInflated: (sizeBytes: number) => void,
): AsyncGenerator<RawEntry, void> {
  const takeTurns = eventLoopTurns(signal);
  const { path, format, sizeBytes } = archive;
  // A virus scanner may have a new file open.
  const file = await patience.whileHeld({ path, purpose: "read", signal }, () => open(path));
  const entries = format === "zip" ? zipEntries(file, sizeBytes, takeTurns) : tarEntries(file, onInflated);
  try {
    for await (const entry of entries) {
      await takeTurns();
      yield entry;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    await file.close();
  }
}

/**
 * The content of an entry. It must have the size that the entry claims.
 *
 * @param check gets the CRC32 of all bytes at the end; what it throws is why the entry is damaged.
 */
async function* checkedContent(
  entry: RawEntry,
  signal: AbortSignal,
  check: (checksum: number) => void,
): AsyncGenerator<Buffer, void> {
  let sizeBytes = 0;
  let checksum = 0;
  try {
    for await (const chunk of entry.content()) {
      signal.throwIfAborted();
      sizeBytes += chunk.length;
      if (sizeBytes > entry.sizeBytes) throw new Error("it is larger than its header says");
      checksum = crc32(chunk, checksum);
      yield chunk;
    }
    if (sizeBytes < entry.sizeBytes) throw new Error("it is smaller than its header says");
    check(checksum);
  } catch (error) {
    signal.throwIfAborted();
    throw asArchiveError(entry.name, error);
  }
}

function expectChecksum(actual: number, expected: number | undefined): void {
  if (expected !== undefined && actual !== expected) throw new Error("its CRC is not the one in its header");
}

function asArchiveError(entryName: string, error: unknown): unknown {
  if (error instanceof ArchiveError || fileErrorCode(error)) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const reason = code === "ERR_BUFFER_TOO_LARGE" ? "it is larger than its header says" : asReason(message);
  return damagedArchive(`its entry ${shownName(entryName)} is damaged`, reason, error);
}

/**
 * Refuses files and folders that cannot all exist on the disk.
 *
 * @returns the folders that have nothing in them.
 * @throws {ArchiveError}; the signal's reason.
 */
async function findCollisions(
  files: readonly CheckedFile[],
  folders: ReadonlySet<string>,
  { platform, isCaseSensitive }: TargetDisk,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const takeTurns = eventLoopTurns(signal);
  const names = [...files.map(({ path }) => path), ...[...folders].map((path) => `${path}/`)].sort(compareUtf8);
  const collisions = new NameCollisions(isCaseSensitive, (name) => diskName(name, platform));
  const emptyFolders: string[] = [];
  for (const [index, name] of names.entries()) {
    await takeTurns();
    const earlier = collisions.add(name);
    if (earlier === name) throw refuseEntry(name, "it is in the archive twice");
    if (earlier !== undefined)
      throw refuseEntry(name, `on this disk, it would have the same name as the entry ${earlier}`);
    if (name.endsWith("/") && !names[index + 1]?.startsWith(name)) emptyFolders.push(name.slice(0, -1));
  }
  return emptyFolders;
}
