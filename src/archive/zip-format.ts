/** What a zip archive records of an entry whose content has been written. */
export interface ZipRecord {
  readonly name: Buffer;
  readonly mode: number;
  readonly crc32: number;
  readonly compressedBytes: number;
  readonly sizeBytes: number;
  /** Where its local header begins. */
  readonly offsetBytes: number;
}

// Source of all that follows: PKWARE's APPNOTE.TXT 6.3, sections 4.3 to 4.5.
const LOCAL_HEADER = 0x04034b50;
const DATA_DESCRIPTOR = 0x08074b50;
const CENTRAL_HEADER = 0x02014b50;
const END_RECORD = 0x06054b50;
const END_RECORD_64 = 0x06064b50;
const END_LOCATOR_64 = 0x07064b50;
const EXTRA_FIELD_64 = 0x0001;
const VERSION = 20;
const VERSION_64 = 45;
/** Made on Unix (3), by version 6.3 of the format. */
const MADE_BY = (3 << 8) | 63;
/** The name is in UTF-8 (bit 11); CRC and sizes come after the content (bit 3). */
const FLAGS = (1 << 11) | (1 << 3);
const DEFLATED = 8;
const MIDNIGHT = 0;
/** 1980-01-01, the earliest date of the format. */
const FIRST_DAY = (1 << 5) | 1;
const REGULAR_FILE = 0o100000;
const MAX_16 = 0xffff;
const MAX_32 = 0xffffffff;

/** The header before an entry's content. */
export function localHeader(name: Buffer): Buffer {
  const header = new Fields(30 + name.length).u32(LOCAL_HEADER).u16(VERSION, FLAGS, DEFLATED, MIDNIGHT, FIRST_DAY);
  return header.u32(0, 0, 0).u16(name.length, 0).bytes(name).buffer;
}

/** The descriptor after an entry's content. Programs that read a stream expect 64 bits if a size needs them, wherever the entry begins. */
export function dataDescriptor({
  crc32,
  compressedBytes,
  sizeBytes,
}: Pick<ZipRecord, "crc32" | "compressedBytes" | "sizeBytes">): Buffer {
  if (Math.max(compressedBytes, sizeBytes) < MAX_32)
    return new Fields(16).u32(DATA_DESCRIPTOR, crc32, compressedBytes, sizeBytes).buffer;
  return new Fields(24).u32(DATA_DESCRIPTOR, crc32).u64(compressedBytes, sizeBytes).buffer;
}

/** An entry's line in the directory at the end of the archive. */
export function centralHeader(record: ZipRecord): Buffer {
  const { name, mode, crc32, compressedBytes, sizeBytes, offsetBytes } = record;
  const is64 = needs64(record);
  const extraBytes = is64 ? 28 : 0;
  const header = new Fields(46 + name.length + extraBytes)
    .u32(CENTRAL_HEADER)
    .u16(MADE_BY, is64 ? VERSION_64 : VERSION, FLAGS, DEFLATED, MIDNIGHT, FIRST_DAY)
    .u32(crc32, is64 ? MAX_32 : compressedBytes, is64 ? MAX_32 : sizeBytes)
    // No comment, on the first disk, of no particular kind.
    .u16(name.length, extraBytes, 0, 0, 0)
    .u32(((REGULAR_FILE | mode) << 16) >>> 0, is64 ? MAX_32 : offsetBytes)
    .bytes(name);
  if (is64) header.u16(EXTRA_FIELD_64, extraBytes - 4).u64(sizeBytes, compressedBytes, offsetBytes);
  return header.buffer;
}

/**
 * The end of the archive.
 *
 * @param entriesCount in the directory.
 * @param offsetBytes where the directory begins.
 * @param sizeBytes of the directory.
 */
export function endOfDirectory(entriesCount: number, offsetBytes: number, sizeBytes: number): Buffer {
  const is64 = entriesCount >= MAX_16 || offsetBytes >= MAX_32 || sizeBytes >= MAX_32;
  const fields = new Fields(is64 ? 98 : 22);
  if (is64) {
    fields.u32(END_RECORD_64).u64(44).u16(MADE_BY, VERSION_64).u32(0, 0);
    fields.u64(entriesCount, entriesCount, sizeBytes, offsetBytes);
    fields
      .u32(END_LOCATOR_64, 0)
      .u64(offsetBytes + sizeBytes)
      .u32(1);
  }
  const count = Math.min(entriesCount, MAX_16);
  fields.u32(END_RECORD).u16(0, 0, count, count);
  return fields.u32(Math.min(sizeBytes, MAX_32), Math.min(offsetBytes, MAX_32)).u16(0).buffer;
}

function needs64({ sizeBytes, compressedBytes, offsetBytes }: ZipRecord): boolean {
  return Math.max(sizeBytes, compressedBytes, offsetBytes) >= MAX_32;
}

/** Writes numbers one after the other, the low byte first. */
class Fields {
  readonly buffer: Buffer;
  #position = 0;

  constructor(sizeBytes: number) {
    this.buffer = Buffer.allocUnsafe(sizeBytes);
  }

  u16(...values: readonly number[]): this {
    for (const value of values) this.#position = this.buffer.writeUInt16LE(value, this.#position);
    return this;
  }

  u32(...values: readonly number[]): this {
    for (const value of values) this.#position = this.buffer.writeUInt32LE(value, this.#position);
    return this;
  }

  u64(...values: readonly number[]): this {
    for (const value of values) this.#position = this.buffer.writeBigUInt64LE(BigInt(value), this.#position);
    return this;
  }

  bytes(bytes: Buffer): this {
    this.#position += bytes.copy(this.buffer, this.#position);
    return this;
  }
}
