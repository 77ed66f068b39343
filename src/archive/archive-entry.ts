/** The formats of archives. */
export type ArchiveFormat = "zip" | "tar.gz";

/** A file that goes into an archive, as it was when it was digested. */
export interface ArchiveEntry {
  /** Its name in the archive: relative, with `/` between its names. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Whether its owner may run it; never on Windows, which does not know this. */
  readonly isExecutable: boolean;
  /** The SHA-256 of its bytes, in hex. */
  readonly sha256: string;
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
