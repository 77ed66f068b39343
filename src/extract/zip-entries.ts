import { isUtf8 } from "node:buffer";
import { type FileHandle, open } from "node:fs/promises";
import type { Entry, getFileNameLowLevel, LocalFileHeader, ZipFile } from "yauzl";
import { asReason } from "../errors/bounded-text.ts";
import { fileErrorCode } from "../errors/system-codes.ts";
import type { TakeTurns } from "../scheduling/event-loop-turns.ts";
import { ArchiveBytes } from "./archive-bytes.ts";
import type { ArchiveFile, RawEntry } from "./archive-entry.ts";
import { ArchiveError, damagedArchive, refuseEntry, shownName } from "./archive-error.ts";
import { refuseEntryCount } from "./extract-limits.ts";
import { type ZipData, zipContent } from "./zip-content.ts";

// Section 4.4 of APPNOTE.TXT, the specification of zip files.
const ENCRYPTED_FLAGS = 0x1 | 0x40 | 0x2000;
const UTF8_FLAG = 0x800;
const HOST_FAT = 0;
/** Hosts whose entries have permission bits: Unix and macOS. */
const UNIX_HOSTS = [3, 19];
const CENTRAL_HEADER_SIGNATURE = 0x02014b50;

const FILE_TYPE_BITS = 0o170000;
const FOLDER_TYPE = 0o040000;
/** By the type in an entry's mode, what can neither be a file nor a folder here. */
const REFUSED_TYPES: ReadonlyMap<number, string> = new Map([
  [0o120000, "it is a symbolic link"],
  [0o020000, "it is a device"],
  [0o060000, "it is a device"],
  [0o010000, "it is a named pipe"],
  [0o140000, "it is a socket"],
]);

/** The types do not declare how much was read. */
type ReadCallback = (error: Error | null, bytesRead?: number) => void;

interface ZipEntry extends RawEntry {
  readonly data: ZipData;
  readonly startByte: number;
}

/**
 * The entries of a zip archive, in the order of its directory. The directory is read as a whole first: entries that share bytes, or whose
 * two headers contradict each other, are refused before anything is decompressed.
 *
 * @throws {ArchiveError} if the archive is damaged, or an entry is neither a file nor a folder that can be read; Node's error.
 */
export async function* zipEntries(
  { path, sizeBytes }: ArchiveFile,
  takeTurns: TakeTurns,
): AsyncGenerator<RawEntry, void> {
  const file = await open(path, "r");
  try {
    const entries = await readDirectory(file, new ArchiveBytes(file.fd), sizeBytes, takeTurns);
    refuseSharedBytes(entries);
    yield* entries;
  } finally {
    await file.close();
  }
}

async function readDirectory(
  file: FileHandle,
  bytes: ArchiveBytes,
  archiveBytes: number,
  takeTurns: TakeTurns,
): Promise<ZipEntry[]> {
  const { getFileNameLowLevel: decodeName } = await import("./archive-libraries.ts");
  const entries: ZipEntry[] = [];
  try {
    const zip = await openDirectory(bytes, archiveBytes);
    refuseEntryCount(zip.entryCount);
    for await (const entry of zip.eachEntry()) {
      await takeTurns();
      const name = nameOf(entry, decodeName);
      const described = describe(entry, name, await localHeaderOf(zip, entry, name));
      const { data } = described;
      entries.push({ ...described, place: entries.length, content: () => zipContent(file, bytes, data) });
    }
    // The types declare a boolean.
    refuseFurtherEntries(bytes, Number(zip.readEntryCursor));
  } catch (error) {
    if (error instanceof ArchiveError || fileErrorCode(error)) throw error;
    const last = entries.at(-1);
    throw damagedArchive(
      last ? `it is damaged after its entry ${shownName(last.name)}` : "it cannot be read",
      asReason((error as Error).message),
      error,
    );
  }
  return entries;
}

async function openDirectory(bytes: ArchiveBytes, archiveBytes: number): Promise<ZipFile> {
  const { openZip, RandomAccessReader } = await import("./archive-libraries.ts");
  class Reader extends RandomAccessReader {
    override read(buffer: Buffer, offset: number, sizeBytes: number, startByte: number, done: ReadCallback): void {
      const found = bytes.read(startByte, sizeBytes);
      found.copy(buffer, offset);
      // The library is not ready for an answer before its call has ended.
      queueMicrotask(() => done(null, found.length));
    }
  }
  // The caller that opened the file also closes it.
  Reader.prototype.close = (done) => done(null);
  return openZip(new Reader(), archiveBytes, { autoClose: false, decodeStrings: false, validateEntrySizes: false });
}

/**
 * Without a flag that says so, names are in UTF-8 if they come from Unix and can be: its programs store the bytes that the disk has. DOS and
 * Windows have no `\` in a name, so some of their programs write it for `/`. On other systems it is a character of the name.
 */
function nameOf(entry: Entry, decode: typeof getFileNameLowLevel): string {
  const { versionMadeBy, generalPurposeBitFlag, fileNameRaw, extraFields } = entry;
  const host = versionMadeBy >> 8;
  const isUnixUtf8 = UNIX_HOSTS.includes(host) && isUtf8(fileNameRaw);
  const name = decode(isUnixUtf8 ? UTF8_FLAG : generalPurposeBitFlag, fileNameRaw, extraFields, true);
  return host === HOST_FAT ? name.replaceAll("\\", "/") : name;
}

async function localHeaderOf(zip: ZipFile, entry: Entry, name: string): Promise<LocalFileHeader> {
  const header = await zip.readLocalFileHeaderPromise(entry).catch((error: Error) => {
    throw fileErrorCode(error)
      ? error
      : damagedArchive(`its entry ${shownName(name)} is damaged`, asReason(error.message), error);
  });
  // Programs that read an archive as a stream would see other files.
  if (!header.fileName.equals(entry.fileNameRaw)) throw refuseEntry(name, "it has two different names in the archive");
  return header;
}

function describe(entry: Entry, name: string, local: LocalFileHeader): Omit<ZipEntry, "place" | "content"> {
  const { compressionMethod, compressedSize, uncompressedSize, crc32, versionMadeBy } = entry;
  if ((entry.generalPurposeBitFlag | local.generalPurposeBitFlag) & ENCRYPTED_FLAGS) {
    throw refuseEntry(name, "it is encrypted");
  }
  if (compressionMethod !== local.compressionMethod || ![0, 8].includes(compressionMethod)) {
    throw refuseEntry(name, `it is compressed by method ${compressionMethod}, and only Deflate is supported`);
  }
  const attributes = entry.externalFileAttributes >>> 16;
  const refusal = REFUSED_TYPES.get(attributes & FILE_TYPE_BITS);
  if (refusal) throw refuseEntry(name, refusal);
  const isFolder = name.endsWith("/") || (attributes & FILE_TYPE_BITS) === FOLDER_TYPE;
  if (isFolder && uncompressedSize > 0) throw refuseEntry(name, "it is a folder, and has content");
  const data = {
    startByte: local.fileDataStart,
    compressedSize,
    sizeBytes: uncompressedSize,
    isStored: compressionMethod === 0,
  };
  if (data.isStored && compressedSize !== uncompressedSize)
    throw refuseEntry(name, "it has two different sizes in the archive");
  const hasMode = UNIX_HOSTS.includes(versionMadeBy >> 8) && attributes !== 0;
  return {
    name,
    isFolder,
    sizeBytes: uncompressedSize,
    crc32,
    mode: hasMode ? attributes & 0o777 : undefined,
    data,
    startByte: entry.relativeOffsetOfLocalHeader,
  };
}

/** A directory that says it has fewer entries than it has hides the others from some programs. */
function refuseFurtherEntries(bytes: ArchiveBytes, behindDirectory: number): void {
  const found = bytes.read(behindDirectory, 4);
  if (found.length === 4 && found.readUInt32LE(0) === CENTRAL_HEADER_SIGNATURE) {
    throw damagedArchive("it is damaged", "it has more entries than its directory says");
  }
}

/** A few bytes that many entries share can be inflated to any size. */
function refuseSharedBytes(entries: readonly ZipEntry[]): void {
  let usedBytes = 0;
  for (const { name, startByte, data } of [...entries].sort((a, b) => a.startByte - b.startByte)) {
    if (startByte < usedBytes) throw refuseEntry(name, "it shares bytes of the archive with another entry");
    usedBytes = data.startByte + data.compressedSize;
  }
}
