// Sources: "pax Interchange Format" and "ustar Interchange Format" of POSIX.1-2017, and "Basic Tar Format" of the GNU tar manual.
/** Headers have one block, and contents are padded to whole ones. */
export const BLOCK_BYTES = 512;
const ZEROS = Buffer.alloc(BLOCK_BYTES);
const SIZE_START = 124;
const SIZE_END = 136;
const TYPE_AT = 156;
/** In the first byte of a number: the rest is the number itself, and no octal digits. */
const BINARY_NUMBER = 0x80;
const OCTAL_NUMBER = /^ *([0-7]+)(?:[ \0]|$)/;
/** tar-stream refuses larger ones. */
const MAX_RECORDS_BYTES = 4 * 1024 * 1024;
const RECORD_LENGTH = /^[1-9]\d{0,7}$/;
/** What a record for all entries must not set, because programs differ in whether they go by it. */
const OF_ONE_ENTRY = /^(?:path|linkpath|size|hdrcharset|GNU\.sparse\..*)$/;

/** What the headers of an entry say, and the place of its content. */
export interface TarHeader {
  readonly contentAt: number;
  readonly sizeBytes: number;
  /** Why the entry is refused, although tar-stream accepts it, because other programs read these headers otherwise. */
  readonly refusal: string | undefined;
}

/** What is known of an entry before its own header comes. */
interface Announced {
  names: number;
  sizeBytes: number | undefined;
  refusal: string | undefined;
}

/**
 * Reads the headers of a tar archive strictly, beside tar-stream, which accepts most of what is wrong with them: numbers that are none,
 * records that are cut off, entries behind the end.
 */
export class TarHeaders {
  readonly #headers: TarHeader[] = [];
  #readBytes = 0;
  /** What has come of the current block. */
  #block: Buffer[] = [];
  #blockBytes = 0;
  /** The rest of a content. */
  #contentBytes = 0;
  /** Of an entry that describes others. */
  #records: { readonly type: string; readonly sizeBytes: number; readonly chunks: Buffer[] } | undefined;
  #announced: Announced = { names: 0, sizeBytes: undefined, refusal: undefined };
  #isEnded = false;
  /** The next header cannot be found behind one without a size. */
  #isLost = false;

  /** Whether the archive ends as it has to: with a block of zeros. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** @param chunk the next bytes of the archive. */
  add(chunk: Buffer): void {
    for (let offset = 0; offset < chunk.length && !this.#isLost; ) {
      const wantedBytes = this.#contentBytes || BLOCK_BYTES - this.#blockBytes;
      const bytes = chunk.subarray(offset, offset + wantedBytes);
      offset += bytes.length;
      this.#readBytes += bytes.length;
      if (this.#contentBytes > 0) this.#addContent(bytes);
      else this.#addToBlock(bytes);
    }
  }

  /** The next entry; undefined if it has not come, or cannot be found. */
  next(): TarHeader | undefined {
    return this.#headers.shift();
  }

  #addContent(bytes: Buffer): void {
    this.#contentBytes -= bytes.length;
    this.#records?.chunks.push(bytes);
    if (this.#contentBytes === 0 && this.#records) {
      const { type, sizeBytes, chunks } = this.#records;
      this.#announce(type, Buffer.concat(chunks).subarray(0, sizeBytes));
      this.#records = undefined;
    }
  }

  #addToBlock(bytes: Buffer): void {
    this.#block.push(bytes);
    this.#blockBytes += bytes.length;
    if (this.#blockBytes < BLOCK_BYTES) return;
    const block = this.#block.length === 1 ? bytes : Buffer.concat(this.#block);
    this.#block = [];
    this.#blockBytes = 0;
    this.#readHeader(block);
  }

  #readHeader(block: Buffer): void {
    if (block.equals(ZEROS)) {
      this.#isEnded = true;
      return;
    }
    if (this.#isEnded) this.#refuse("it comes after the end of the archive, where other programs do not look");
    const type = String.fromCharCode(block[TYPE_AT] as number);
    const isExtension = /[xgLK]/.test(type);
    const ownSize = numberIn(block.subarray(SIZE_START, SIZE_END));
    const sizeBytes = isExtension ? ownSize : (this.#announced.sizeBytes ?? ownSize);
    if (sizeBytes === undefined || (isExtension && sizeBytes > MAX_RECORDS_BYTES)) {
      this.#isLost = true;
      return;
    }
    this.#contentBytes = Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES;
    if (!isExtension) {
      this.#headers.push({ contentAt: this.#readBytes, sizeBytes, refusal: this.#announced.refusal });
      this.#announced = { names: 0, sizeBytes: undefined, refusal: undefined };
    } else if (type === "L") this.#addName();
    else if (type !== "K" && sizeBytes > 0) this.#records = { type, sizeBytes, chunks: [] };
  }

  #announce(type: string, content: Buffer): void {
    const records = recordsIn(content);
    if (!records) this.#refuse("its PAX header is damaged");
    for (const [key, value] of records ?? []) {
      if (type === "g" && OF_ONE_ENTRY.test(key)) this.#refuse(`a PAX header for all entries sets their ${key}`);
      // An empty value means that of the header.
      if (type === "g" || value === "") continue;
      if (key === "path") this.#addName();
      if (key === "size") this.#addSize(value);
    }
  }

  #addName(): void {
    this.#announced.names++;
    if (this.#announced.names > 1) this.#refuse("it has two different names in the archive");
  }

  #addSize(value: string): void {
    if (this.#announced.sizeBytes !== undefined) this.#refuse("it has two different sizes in the archive");
    if (!/^\d{1,15}$/.test(value)) this.#refuse("its size is not a number");
    this.#announced.sizeBytes = Number.parseInt(value, 10);
  }

  #refuse(reason: string): void {
    this.#announced.refusal ??= reason;
  }
}

/** @returns undefined if it is not a number, or one that no file can have. */
function numberIn(field: Buffer): number | undefined {
  if (((field[0] as number) & BINARY_NUMBER) === 0) {
    const text = field.toString("latin1");
    if (/^[ \0]*$/.test(text)) return 0;
    const [, digits] = OCTAL_NUMBER.exec(text) ?? [];
    return digits === undefined ? undefined : Number.parseInt(digits, 8);
  }
  if (field[0] !== BINARY_NUMBER) return undefined;
  const value = field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The records of a PAX header: `LENGTH KEY=VALUE` and a line break. @returns undefined if one is not like this. */
function recordsIn(content: Buffer): [key: string, value: string][] | undefined {
  const records: [string, string][] = [];
  for (let start = 0; start < content.length; ) {
    const space = content.indexOf(" ", start);
    const digits = content.toString("latin1", start, Math.min(space, start + 9));
    const end = start + Number(digits);
    if (space === -1 || !RECORD_LENGTH.test(digits) || end > content.length || content[end - 1] !== 0x0a)
      return undefined;
    const record = content.toString("utf8", space + 1, end - 1);
    const equals = record.indexOf("=");
    if (equals < 1) return undefined;
    records.push([record.slice(0, equals), record.slice(equals + 1)]);
    start = end;
  }
  return records;
}
