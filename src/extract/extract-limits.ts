import { ArchiveError, refuseEntry, shownName } from "./archive-error.ts";

/** Entries of one archive, folders among them. */
const MAX_ENTRIES = 1_000_000;
const SPLIT_IT = "Split it into several archives. Or set extract to false, and extract the archive in a later step";
const TOO_MANY = `it has more than 1,000,000 entries, which this task does not extract. ${SPLIT_IT}`;
/** Deflate expands one byte to 1,032 bytes at most. Texts are compressed to a tenth, rarely to a hundredth. */
const MAX_RATIO = 200;
/** Up to here any ratio is harmless. */
const RATIO_COUNTS_FROM_BYTES = 10_000_000;

/** No disk has longer paths (Linux `PATH_MAX`). */
const MAX_NAME_LENGTH = 4_096;
const MAX_FOLDERS = 255;
/** Names are kept in memory, and 10 MB can be decompressed to 2 GB of them. */
const MAX_NAMES_LENGTH = 100_000_000;

/** The limits of an archive. */
export interface ExtractLimits {
  /** The largest total size of the files in one archive. */
  readonly maxBytes: number;
}

/** @throws {ArchiveError} if an archive has, or says it has, too many entries. */
export function refuseEntryCount(entries: number): void {
  if (entries > MAX_ENTRIES) throw new ArchiveError("archive-too-large", TOO_MANY);
}

/** Counts what the names of an archive's entries need of memory and time, however small the archive is. */
export class NameMeter {
  #length = 0;

  /** @throws {ArchiveError} if the name, or all of them together, are too long. */
  add(name: string): void {
    if (name.length > MAX_NAME_LENGTH) throw refuseEntry(name, "its name has more than 4,096 characters");
    if (name.split("/").length - 1 > MAX_FOLDERS) throw refuseEntry(name, "it is in more than 255 folders");
    this.#length += name.length;
    if (this.#length > MAX_NAMES_LENGTH) {
      throw new ArchiveError(
        "archive-too-large",
        `the names of its entries have more than 100,000,000 characters. ${SPLIT_IT}`,
      );
    }
  }
}

/** Counts the bytes that come out of an archive, and stops at the limits. The sizes that the archive claims are not trusted. */
export class ExtractMeter {
  readonly #maxBytes: number;
  readonly #archiveBytes: number;
  #entries = 0;
  #fileBytes = 0;
  #inflatedBytes = 0;
  #entryName = "";

  constructor({ maxBytes }: ExtractLimits, archiveBytes: number) {
    this.#maxBytes = maxBytes;
    this.#archiveBytes = archiveBytes;
  }

  /** @throws {ArchiveError} if it is one entry too many, or claims to be larger than what is left of the limit. */
  beginEntry(name: string, claimedBytes: number): void {
    this.#entryName = name;
    this.#entries++;
    refuseEntryCount(this.#entries);
    if (this.#fileBytes + claimedBytes > this.#maxBytes) this.#refuseSize();
  }

  /** Bytes that belong to a file. @throws {ArchiveError} */
  addFileBytes(sizeBytes: number): void {
    this.#fileBytes += sizeBytes;
    if (this.#fileBytes > this.#maxBytes) this.#refuseSize();
  }

  /** Bytes that were decompressed, whatever they are. @throws {ArchiveError} */
  addInflatedBytes(sizeBytes: number): void {
    this.#inflatedBytes += sizeBytes;
    if (this.#inflatedBytes <= RATIO_COUNTS_FROM_BYTES) return;
    if (this.#inflatedBytes > MAX_RATIO * this.#archiveBytes) {
      const place = this.#place();
      throw new ArchiveError(
        "archive-too-large",
        `its content is more than ${MAX_RATIO} times as large as the archive (reached at its entry ${place}), and may be an attack that fills the disk. If you know who made the archive, set extract to false, and extract it in a later step`,
      );
    }
  }

  #refuseSize(): never {
    const sizeGb = this.#maxBytes / 1e9;
    throw new ArchiveError(
      "archive-too-large",
      `its files have more than ${sizeGb} GB, the limit of extractMaxSizeGB (reached at its entry ${this.#place()}). If you know who made the archive, increase extractMaxSizeGB`,
    );
  }

  #place(): string {
    return shownName(this.#entryName || "1");
  }
}
