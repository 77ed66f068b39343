import { readFileSync } from "node:fs";

/**
 * How many files and sockets this process may have open at once: on Linux, where containers may have few; undefined elsewhere, where there
 * is no such limit (Windows) or Node has raised it far beyond what is needed (macOS).
 *
 * Source: proc_pid_limits(5).
 */
export function openFilesLimit(limitsFile = "/proc/self/limits"): number | undefined {
  try {
    const limit = /^Max open files +(\d+)/m.exec(readFileSync(limitsFile, "utf8"))?.[1];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}
