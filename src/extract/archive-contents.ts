import type { ArchiveFormat } from "./archive-format.ts";

/** An archive on the disk. */
export interface ArchiveFile {
  readonly path: string;
  readonly format: ArchiveFormat;
  readonly sizeBytes: number;
}

/** An entry as its archive describes it, which may be wrong. The reader has already refused entries that are neither files nor folders. */
export interface RawEntry {
  /** Its position among the archive's entries, from 0. */
  readonly place: number;
  readonly name: string;
  readonly isFolder: boolean;
  readonly sizeBytes: number;
  /** Undefined if the archive has none of this entry. */
  readonly crc32: number | undefined;
  /** Permission bits, as POSIX has them; undefined if the archive comes from a system that has none. */
  readonly mode: number | undefined;
  /** Its bytes. Read them before the next entry is requested, or not at all. Later chunks do not overwrite earlier ones. */
  content(): AsyncIterable<Buffer>;
}

/** A file in an archive that was read and checked completely. */
export interface CheckedFile {
  readonly place: number;
  /** Relative to where the archive is extracted, with `/` between its names. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly crc32: number;
  readonly mode: number | undefined;
}

/** The content of an archive that can be extracted, in the order of the paths. */
export interface ArchiveContents {
  readonly files: readonly CheckedFile[];
  /** Folders without files or folders in them. */
  readonly emptyFolders: readonly string[];
}
