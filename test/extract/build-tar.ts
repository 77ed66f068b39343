import { gzipSync } from "node:zlib";

/** An entry of a tar archive. Whatever is not given is right. */
export interface TarSpec {
  readonly name: string | Buffer;
  readonly content?: string | Buffer;
  /** The type as tar has it: 0 file, 1 hard link, 2 symbolic link, 3 and 4 devices, 5 folder, 6 pipe, x PAX header, L long name. */
  readonly type?: string;
  readonly mode?: number;
  /** A text stands for the bytes of the field. */
  readonly sizeBytes?: number | string;
  readonly linkName?: string;
  readonly checksum?: number;
  /** None for the oldest format. */
  readonly magic?: string;
}

const END = Buffer.alloc(1024);

/** Writes a tar archive byte by byte, wrong in whatever way is asked for. */
export function buildTar(specs: readonly TarSpec[], end: Buffer = END): Buffer {
  const entries = specs.flatMap((spec) => {
    const content = Buffer.from(spec.content ?? "");
    return [header(spec, content.length), content, Buffer.alloc(-content.length & 511)];
  });
  return Buffer.concat([...entries, end]);
}

/** The same, compressed, and always to the same bytes. */
export function buildTgz(specs: readonly TarSpec[], end?: Buffer): Buffer {
  return gzipSync(buildTar(specs, end), { level: 6 });
}

/** The records of a PAX header, which say more of the entry behind it; with the type g, of all of them. */
export function pax(records: Readonly<Record<string, string>>, type = "x"): TarSpec {
  const lines = Object.entries(records).map(([key, value]) => {
    const text = ` ${key}=${value}\n`;
    const length = Buffer.byteLength(text);
    const digits = String(length + String(length).length).length;
    return `${length + digits}${text}`;
  });
  return { name: "PaxHeader", type, content: lines.join("") };
}

function header({ name, type = "0", mode = 0o644, linkName = "", ...spec }: TarSpec, contentBytes: number): Buffer {
  const block = Buffer.alloc(512);
  Buffer.from(name).copy(block, 0, 0, 100);
  writeOctal(block, mode, 100, 8);
  writeOctal(block, 0, 108, 8);
  writeOctal(block, 0, 116, 8);
  const sizeBytes = spec.sizeBytes ?? contentBytes;
  if (typeof sizeBytes === "string") block.write(sizeBytes, 124, 12, "latin1");
  else writeOctal(block, sizeBytes, 124, 12);
  writeOctal(block, 1_600_000_000, 136, 12);
  block.write(type, 156, "latin1");
  block.write(linkName, 157);
  block.write(spec.magic ?? "ustar\0" + "00", 257, "latin1");
  block.fill(" ", 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  writeOctal(block, spec.checksum ?? sum, 148, 7);
  return block;
}

function writeOctal(block: Buffer, value: number, offset: number, width: number): void {
  block.write(value.toString(8).padStart(width - 1, "0"), offset, "latin1");
  block[offset + width - 1] = 0;
}
