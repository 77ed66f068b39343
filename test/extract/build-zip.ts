import { crc32, deflateRawSync } from "node:zlib";

/** An entry of a zip archive. Whatever is not given is right. */
export interface ZipSpec {
  readonly name: string | Buffer;
  readonly content?: string | Buffer;
  readonly isStored?: boolean;
  /** With the type of the file, for example 0o120777 for a symbolic link. */
  readonly mode?: number;
  /** The system that the archive says it comes from: 0 for DOS, 3 for Unix. */
  readonly host?: number;
  readonly flags?: number;
  readonly method?: number;
  readonly crc32?: number;
  readonly sizeBytes?: number;
  readonly compressedSize?: number;
  /** In place of the compressed content. */
  readonly data?: Buffer;
  /** In the header before the content, which programs that read from the beginning go by. */
  readonly localName?: string;
  readonly localSizeBytes?: number;
  /** A name in UTF-8, as an extra field, which goes before the other name: in the directory, and before the content. */
  readonly unicodeName?: string;
  readonly localUnicodeName?: string;
  /** What comes after the content. */
  readonly descriptor?: Buffer;
  /** Of the header before the content, if it is that of an earlier entry. */
  readonly headerAt?: number;
}

export interface ZipEnd {
  readonly entryCount?: number;
  readonly diskNumber?: number;
  readonly comment?: Buffer;
  readonly behind?: Buffer;
  readonly before?: Buffer;
  readonly behindDirectory?: Buffer;
  /** A record of 64 bits, although none is needed, and what it says. */
  readonly zip64?: { readonly recordAt?: bigint; readonly startByte?: bigint; readonly entryCount?: bigint };
}

const UTF8_FLAG = 0x800;

/** Writes a zip archive byte by byte, wrong in whatever way is asked for. */
export function buildZip(specs: readonly ZipSpec[], end: ZipEnd = {}): Buffer {
  const chunks: Buffer[] = [end.before ?? Buffer.alloc(0)];
  const lengthOf = () => chunks.reduce((sum, { length }) => sum + length, 0);
  const directory: Buffer[] = [];
  for (const spec of specs) {
    const fields = fieldsOf(spec);
    const startByte = spec.headerAt ?? lengthOf();
    if (spec.headerAt === undefined) {
      chunks.push(localHeader(spec, fields), fields.data, spec.descriptor ?? Buffer.alloc(0));
    }
    directory.push(directoryHeader(fields, startByte, unicodePath(fields.name, spec.unicodeName)));
  }
  const directoryStart = lengthOf();
  const directoryBytes = Buffer.concat(directory);
  const entryCount = end.entryCount ?? specs.length;
  chunks.push(directoryBytes, end.behindDirectory ?? Buffer.alloc(0));
  if (entryCount > 0xffff || end.zip64) {
    const zip64 = {
      recordAt: BigInt(lengthOf()),
      startByte: BigInt(directoryStart),
      entryCount: BigInt(entryCount),
      ...end.zip64,
    };
    chunks.push(zip64EndRecord(zip64, directoryBytes.length));
  }
  chunks.push(endRecord(end, Math.min(entryCount, 0xffff), directoryBytes.length, directoryStart));
  return Buffer.concat([...chunks, end.behind ?? Buffer.alloc(0)]);
}

interface Fields {
  readonly name: Buffer;
  readonly data: Buffer;
  readonly flags: number;
  readonly method: number;
  readonly crc32: number;
  readonly compressedSize: number;
  readonly sizeBytes: number;
  readonly host: number;
  readonly attributes: number;
}

function fieldsOf(spec: ZipSpec): Fields {
  const content = Buffer.from(spec.content ?? "");
  const name = Buffer.from(spec.name);
  const isStored = spec.isStored ?? content.length === 0;
  const data = spec.data ?? (isStored ? content : deflateRawSync(content));
  const isFolder = name.at(-1) === 0x2f;
  const mode = spec.mode ?? (isFolder ? 0o040755 : 0o100644);
  return {
    name,
    data,
    flags: spec.flags ?? UTF8_FLAG,
    method: spec.method ?? (isStored ? 0 : 8),
    crc32: spec.crc32 ?? crc32(content),
    compressedSize: spec.compressedSize ?? data.length,
    sizeBytes: spec.sizeBytes ?? content.length,
    host: spec.host ?? 3,
    attributes: mode * 0x10000,
  };
}

/** What a header before the content and the one in the directory have in common, from the flags on to the sizes. */
function sharedFields(fields: Fields, nameBytes: number, extraBytes: number): Buffer {
  const shared = Buffer.alloc(24);
  shared.writeUInt16LE(fields.flags, 0);
  shared.writeUInt16LE(fields.method, 2);
  shared.writeUInt16LE(0x21, 6);
  shared.writeUInt32LE(fields.crc32, 8);
  shared.writeUInt32LE(fields.compressedSize, 12);
  shared.writeUInt32LE(fields.sizeBytes, 16);
  shared.writeUInt16LE(nameBytes, 20);
  shared.writeUInt16LE(extraBytes, 22);
  return shared;
}

export function localHeader(spec: ZipSpec, fields: Fields = fieldsOf(spec)): Buffer {
  const name = spec.localName === undefined ? fields.name : Buffer.from(spec.localName);
  const extra = unicodePath(name, spec.localUnicodeName);
  const shared = sharedFields(
    { ...fields, sizeBytes: spec.localSizeBytes ?? fields.sizeBytes },
    name.length,
    extra.length,
  );
  return Buffer.concat([Buffer.from("PK\x03\x04\x14\x00", "latin1"), shared, name, extra]);
}

/** The extra field 0x7075: it holds for the name whose CRC it has. */
function unicodePath(name: Buffer, unicodeName: string | undefined): Buffer {
  if (unicodeName === undefined) return Buffer.alloc(0);
  const head = Buffer.alloc(9);
  head.write("up");
  head.writeUInt16LE(5 + Buffer.byteLength(unicodeName), 2);
  head.writeUInt8(1, 4);
  head.writeUInt32LE(crc32(name), 5);
  return Buffer.concat([head, Buffer.from(unicodeName)]);
}

function directoryHeader(fields: Fields, startByte: number, extra: Buffer): Buffer {
  const last = Buffer.alloc(14);
  last.writeUInt32LE(fields.attributes, 6);
  last.writeUInt32LE(startByte, 10);
  const first = Buffer.from(["P".charCodeAt(0), "K".charCodeAt(0), 1, 2, 0x14, fields.host, 0x14, 0]);
  return Buffer.concat([first, sharedFields(fields, fields.name.length, extra.length), last, fields.name, extra]);
}

/** For more entries than the end record has room for: a record, and where to find it. */
function zip64EndRecord(
  { recordAt, startByte, entryCount }: Required<NonNullable<ZipEnd["zip64"]>>,
  sizeBytes: number,
): Buffer {
  const record = Buffer.alloc(56 + 20);
  record.write("PK\x06\x06", "latin1");
  record.writeBigUInt64LE(44n, 4);
  record.writeBigUInt64LE(entryCount, 24);
  record.writeBigUInt64LE(entryCount, 32);
  record.writeBigUInt64LE(BigInt(sizeBytes), 40);
  record.writeBigUInt64LE(startByte, 48);
  record.write("PK\x06\x07", 56, "latin1");
  record.writeBigUInt64LE(recordAt, 64);
  record.writeUInt32LE(1, 72);
  return record;
}

function endRecord({ diskNumber = 0, comment }: ZipEnd, entries: number, sizeBytes: number, startByte: number): Buffer {
  const record = Buffer.alloc(22);
  record.write("PK\x05\x06", "latin1");
  record.writeUInt16LE(diskNumber, 4);
  record.writeUInt16LE(entries, 8);
  record.writeUInt16LE(entries, 10);
  record.writeUInt32LE(sizeBytes, 12);
  record.writeUInt32LE(startByte, 16);
  record.writeUInt16LE(comment?.length ?? 0, 20);
  return Buffer.concat([record, comment ?? Buffer.alloc(0)]);
}
