/** The formats of archives. */
export type ArchiveFormat = "zip" | "tar.gz";

/** A file that goes into an archive, as it was when it was digested. */
export interface ArchiveEntry {
  /** Its name in the archive: relative, with `/` between its names. */
  readonly path: string;
  readonly absolutePath: string;
  readonly sizeBytes: number;
  /** Whether its owner may run it. Always false on Windows. */
  readonly isExecutable: boolean;
  /** The SHA-256 of its bytes. */
  readonly sha256: Buffer;
}

/** How an archive is written. */
export interface ArchiveSettings {
  readonly format: ArchiveFormat;
  /** 1 (fast) to 9 (small). */
  readonly compressionLevel: number;
}

/** The permissions of an entry: those of other users do not depend on the machine. */
export function modeOf({ isExecutable }: ArchiveEntry): number {
  return isExecutable ? 0o755 : 0o644;
}
