import { isUtf8 } from "node:buffer";
import type { FileHandle } from "node:fs/promises";
import type { Entry, LocalFileHeader, ZipFile } from "yauzl";
import { asReason } from "../errors/bounded-text.ts";
import { fileErrorCode } from "../errors/system-codes.ts";
import type { TakeTurns } from "../scheduling/event-loop-turns.ts";
import { ArchiveBytes } from "./archive-bytes.ts";
import type { RawEntry } from "./archive-contents.ts";
import { ArchiveError, damagedArchive, refuseEntry, shownName } from "./archive-error.ts";
import { NameMeter, refuseEntryCount } from "./extract-limits.ts";
import { zipContent } from "./zip-content.ts";
import { type PlacedEntry, refuseOtherDirectory, refuseOtherEntries } from "./zip-places.ts";

// Section 4.4 of APPNOTE.TXT, the specification of zip files.
const ENCRYPTED_FLAGS = 0x1 | 0x40 | 0x2000;
const UTF8_FLAG = 0x800;
const HOST_FAT = 0;
/** Hosts whose entries have permission bits: Unix and macOS. */
const UNIX_HOSTS = [3, 19];
const SIZES_FOLLOW_FLAG = 0x8;
/** In place of a size that another field has. */
const MAX_32 = 0xffffffff;
const SIZES = ["crc32", "compressedSize", "uncompressedSize"] as const;
/** The extra field with a name in UTF-8, and how it begins. */
const UNICODE_PATH_ID = 0x7075;
const UNICODE_PATH = "up";

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

type Libraries = typeof import("./archive-libraries.ts");
type NamedEntry = Pick<Entry, "versionMadeBy" | "generalPurposeBitFlag" | "fileNameRaw" | "extraFields">;

/** The types do not declare how much was read. */
type ReadCallback = (error: Error | null, bytesRead?: number) => void;

interface ZipEntry extends RawEntry, PlacedEntry {}

/**
 * The entries of a zip archive, in the order of its directory. The directory is read as a whole first: entries that share bytes, or whose
 * two headers contradict each other, are refused before anything is decompressed.
 *
 * @throws {ArchiveError} if the archive is damaged, or an entry is neither a file nor a folder that can be read; Node's error.
 */
export async function* zipEntries(
  file: FileHandle,
  sizeBytes: number,
  takeTurns: TakeTurns,
): AsyncGenerator<RawEntry, void> {
  const bytes = new ArchiveBytes(file.fd);
  const { entries, startByte } = await readDirectory(file, bytes, sizeBytes, takeTurns);
  await refuseOtherEntries(bytes, entries, startByte, takeTurns);
  yield* entries;
}

async function readDirectory(
  file: FileHandle,
  bytes: ArchiveBytes,
  archiveBytes: number,
  takeTurns: TakeTurns,
): Promise<{ readonly entries: readonly ZipEntry[]; readonly startByte: number }> {
  const libraries = await import("./archive-libraries.ts");
  const entries: ZipEntry[] = [];
  const names = new NameMeter();
  try {
    const zip = await openDirectory(bytes, archiveBytes);
    refuseEntryCount(zip.entryCount);
    // The types declare a boolean.
    const startByte = Number(zip.readEntryCursor);
    for await (const entry of zip.eachEntry()) {
      await takeTurns();
      const name = nameOf(entry, libraries);
      names.add(name);
      const described = describe(entry, name, await localHeaderOf(zip, entry, name, libraries));
      const { data } = described;
      entries.push({ ...described, place: entries.length, content: () => zipContent(file, bytes, data) });
    }
    refuseOtherDirectory(bytes, Number(zip.readEntryCursor), archiveBytes, zip.comment.length);
    return { entries, startByte };
  } catch (error) {
    if (error instanceof ArchiveError || fileErrorCode(error)) throw error;
    const last = entries.at(-1);
    throw damagedArchive(
      last ? `it is damaged after its entry ${shownName(last.name)}` : "it cannot be read",
      asReason((error as Error).message),
      error,
    );
  }
}

async function openDirectory(bytes: ArchiveBytes, archiveBytes: number): Promise<ZipFile> {
  const { openZip, RandomAccessReader } = await import("./archive-libraries.ts");
  class Reader extends RandomAccessReader {
    override read(buffer: Buffer, offset: number, sizeBytes: number, startByte: number, done: ReadCallback): void {
      let error: Error | null = null;
      let bytesRead = 0;
      try {
        bytesRead = bytes.read(startByte, sizeBytes).copy(buffer, offset);
      } catch (caught) {
        error = caught as Error;
      }
      // The library is not ready for an answer before its call has ended, and what is thrown here would end the process.
      queueMicrotask(() => done(error, bytesRead));
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
function nameOf(entry: NamedEntry, libraries: Libraries): string {
  const { versionMadeBy, generalPurposeBitFlag, fileNameRaw, extraFields } = entry;
  const host = versionMadeBy >> 8;
  const isUnixUtf8 = UNIX_HOSTS.includes(host) && isUtf8(fileNameRaw);
  const flags = isUnixUtf8 ? UTF8_FLAG : generalPurposeBitFlag;
  const name = libraries.getFileNameLowLevel(flags, fileNameRaw, extraFields, true);
  return host === HOST_FAT ? name.replaceAll("\\", "/") : name;
}

/** Programs that read an archive as a stream go by the header before the content. They must not see other files. */
async function localHeaderOf(zip: ZipFile, entry: Entry, name: string, libraries: Libraries): Promise<LocalFileHeader> {
  const header = await zip.readLocalFileHeaderPromise(entry).catch((error: Error) => {
    throw fileErrorCode(error)
      ? error
      : damagedArchive(`its entry ${shownName(name)} is damaged`, asReason(error.message), error);
  });
  const { fileName, extraField, generalPurposeBitFlag } = header;
  const extraFields = extraField.includes(UNICODE_PATH) ? libraries.parseExtraFields(extraField) : [];
  const isNamedOtherwise =
    extraFields.some(({ id }) => id === UNICODE_PATH_ID) && nameOf({ ...entry, extraFields }, libraries) !== name;
  if (!fileName.equals(entry.fileNameRaw) || isNamedOtherwise)
    throw refuseEntry(name, "it has two different names in the archive");
  const hasSizes = (generalPurposeBitFlag & SIZES_FOLLOW_FLAG) === 0;
  if (hasSizes && SIZES.some((size) => header[size] !== entry[size] && header[size] !== MAX_32)) {
    throw refuseEntry(name, "it has two different sizes or CRCs in the archive");
  }
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
