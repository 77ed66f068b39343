import type { ScanWarning } from "../../files/scan.ts";

/** Paths that could not be read. Their objects in the bucket must not be deleted. */
export class SkippedPaths {
  readonly #paths = new Set<string>();

  /** Remembers the path of a warning, and passes the warning on if it must be logged. */
  note(warning: ScanWarning, warn: (warning: ScanWarning) => void): void {
    this.#paths.add(warning.path);
    if (!warning.mayHaveBeenFolder) warn(warning);
  }

  /** Whether a name, or a folder that it is in, is among them. */
  covers(name: string): boolean {
    if (this.#paths.size === 0) return false;
    for (let end = name.length; end > 0; end = name.lastIndexOf("/", end - 1)) {
      if (this.#paths.has(name.slice(0, end))) return true;
    }
    return false;
  }
}
