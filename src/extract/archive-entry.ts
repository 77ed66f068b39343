import type { ArchiveFormat } from "./archive-format.ts";

/** An archive on the disk. */
export interface ArchiveFile {
  readonly path: string;
  readonly format: ArchiveFormat;
  readonly sizeBytes: number;
}

/** An entry as its archive describes it, which may be a lie. What can be neither file nor folder, the reader has refused. */
export interface RawEntry {
  /** Which of the archive's entries it is, from 0. */
  readonly place: number;
  readonly name: string;
  readonly isFolder: boolean;
  readonly sizeBytes: number;
  /** Undefined if the archive has none of this entry. */
  readonly crc32: number | undefined;
  /** Permission bits, as POSIX has them; undefined if the archive comes from a system that has none. */
  readonly mode: number | undefined;
  /** Its bytes, to be read before the next entry is asked for, or not at all. A chunk is overwritten by none that follow. */
  content(): AsyncIterable<Buffer>;
}

/** A file in an archive of which everything was read and checked. */
export interface CheckedFile {
  readonly place: number;
  /** Relative to where the archive is extracted, with `/` between its names. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly crc32: number;
  readonly mode: number | undefined;
}

/** What an archive that can be extracted holds, in the order of the paths. */
export interface ArchiveContents {
  readonly files: readonly CheckedFile[];
  /** Folders without files or folders in them. */
  readonly emptyFolders: readonly string[];
}
