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
  /** Of the header before the content, if it is that of an earlier entry. */
  readonly headerAt?: number;
}

export interface ZipEnd {
  readonly entryCount?: number;
  readonly diskNumber?: number;
  readonly comment?: Buffer;
  readonly behind?: Buffer;
  readonly before?: Buffer;
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
    if (spec.headerAt === undefined) chunks.push(localHeader(spec, fields), fields.data);
    directory.push(directoryHeader(fields, startByte));
  }
  const directoryStart = lengthOf();
  const directoryBytes = Buffer.concat(directory);
  const entryCount = end.entryCount ?? specs.length;
  chunks.push(directoryBytes);
  if (entryCount > 0xffff) chunks.push(zip64EndRecord(entryCount, directoryBytes.length, directoryStart, lengthOf()));
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
function sharedFields(fields: Fields, nameBytes: number): Buffer {
  const shared = Buffer.alloc(24);
  shared.writeUInt16LE(fields.flags, 0);
  shared.writeUInt16LE(fields.method, 2);
  shared.writeUInt16LE(0x21, 6);
  shared.writeUInt32LE(fields.crc32, 8);
  shared.writeUInt32LE(fields.compressedSize, 12);
  shared.writeUInt32LE(fields.sizeBytes, 16);
  shared.writeUInt16LE(nameBytes, 20);
  return shared;
}

export function localHeader(spec: ZipSpec, fields: Fields = fieldsOf(spec)): Buffer {
  const name = spec.localName === undefined ? fields.name : Buffer.from(spec.localName);
  return Buffer.concat([Buffer.from("PK\x03\x04\x14\x00", "latin1"), sharedFields(fields, name.length), name]);
}

function directoryHeader(fields: Fields, startByte: number): Buffer {
  const last = Buffer.alloc(14);
  last.writeUInt32LE(fields.attributes, 6);
  last.writeUInt32LE(startByte, 10);
  const first = Buffer.from(["P".charCodeAt(0), "K".charCodeAt(0), 1, 2, 0x14, fields.host, 0x14, 0]);
  return Buffer.concat([first, sharedFields(fields, fields.name.length), last, fields.name]);
}

/** For more entries than the end record has room for: a record, and where to find it. */
function zip64EndRecord(entries: number, sizeBytes: number, startByte: number, recordAt: number): Buffer {
  const record = Buffer.alloc(56 + 20);
  record.write("PK\x06\x06", "latin1");
  record.writeBigUInt64LE(44n, 4);
  record.writeBigUInt64LE(BigInt(entries), 24);
  record.writeBigUInt64LE(BigInt(entries), 32);
  record.writeBigUInt64LE(BigInt(sizeBytes), 40);
  record.writeBigUInt64LE(BigInt(startByte), 48);
  record.write("PK\x06\x07", 56, "latin1");
  record.writeBigUInt64LE(BigInt(recordAt), 64);
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
