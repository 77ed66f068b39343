import type { TakeTurns } from "../scheduling/event-loop-turns.ts";
import type { ArchiveBytes } from "./archive-bytes.ts";
import { damagedArchive, refuseEntry } from "./archive-error.ts";
import type { ZipData } from "./zip-content.ts";

// Section 4.3 of APPNOTE.TXT, the specification of zip files.
const LOCAL_HEADER_SIGNATURE = 0x04034b50;
const LOCAL_HEADER_BYTES = 30;
const END_RECORD_64_SIGNATURE = 0x06064b50;
const END_RECORD_BYTES = 22;
const END_LOCATOR_64_BYTES = 20;
/** Lengths of a descriptor after an entry's content: none, or with or without a signature, with sizes of 32 or 64 bits. */
const DESCRIPTOR_BYTES = [0, 12, 16, 20, 24];

/** An entry, and where it is in its archive. */
export interface PlacedEntry {
  readonly name: string;
  readonly startByte: number;
  readonly data: ZipData;
}

/** Some programs look for the directory where its end must be, before the end record, and others where that record says it begins. */
export function refuseOtherDirectory(
  bytes: ArchiveBytes,
  directoryEnd: number,
  archiveBytes: number,
  commentBytes: number,
): void {
  const endRecordAt = archiveBytes - END_RECORD_BYTES - commentBytes;
  if (directoryEnd === endRecordAt) return;
  const found = bytes.read(directoryEnd, 12);
  const isRecord64 = found.length === 12 && found.readUInt32LE(0) === END_RECORD_64_SIGNATURE;
  const record64Bytes = isRecord64 ? 12 + Number(found.readBigUInt64LE(4)) : 0;
  if (directoryEnd + record64Bytes + END_LOCATOR_64_BYTES !== endRecordAt) {
    throw damagedArchive(
      "it is damaged",
      "it has more entries than its directory says, or other data after the directory",
    );
  }
}

/**
 * A few bytes that many entries share can be inflated to any size. Entries that only programs see which read the archive as a stream, are
 * not what its directory says.
 */
export async function refuseOtherEntries(
  bytes: ArchiveBytes,
  entries: readonly PlacedEntry[],
  directoryStart: number,
  takeTurns: TakeTurns,
): Promise<void> {
  let usedBytes = 0;
  for (const { name, startByte, data } of [...entries].sort((a, b) => a.startByte - b.startByte)) {
    await takeTurns();
    if (startByte < usedBytes) throw refuseEntry(name, "it shares bytes of the archive with another entry");
    refuseHiddenEntry(bytes, usedBytes, startByte);
    usedBytes = data.startByte + data.compressedSize;
    if (usedBytes > directoryStart) throw refuseEntry(name, "it shares bytes of the archive with the directory");
  }
  refuseHiddenEntry(bytes, usedBytes, directoryStart);
}

function refuseHiddenEntry(bytes: ArchiveBytes, startByte: number, endByte: number): void {
  for (const descriptorBytes of DESCRIPTOR_BYTES) {
    const at = startByte + descriptorBytes;
    if (at + LOCAL_HEADER_BYTES > endByte) return;
    if (bytes.read(at, 4).readUInt32LE(0) === LOCAL_HEADER_SIGNATURE) {
      throw damagedArchive("it is damaged", `it has an entry that is not in its directory, at byte ${at}`);
    }
  }
}
