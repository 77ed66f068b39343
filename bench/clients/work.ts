import { readdirSync } from "node:fs";
import { join, relative } from "node:path";

/** The files of a folder, relative to it, with `/` between names. */
export function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map(({ parentPath, name }) => relative(folder, join(parentPath, name)).replaceAll("\\", "/"));
}

/** Does something with each, so many at once. */
export async function eachOf<T>(values: readonly T[], width: number, act: (value: T) => Promise<void>): Promise<void> {
  const waiting = [...values].reverse();
  const queues = Array.from({ length: Math.min(width, values.length) }, async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await act(next);
  });
  await Promise.all(queues);
}
