import { hash } from "node:crypto";
import { codeOf } from "../../errors/coded-error.ts";
import type { PlanContext } from "../../sync/plan/plan-context.ts";
import { StepError } from "../../sync/step-error.ts";
import type { SiteObject } from "./site-object.ts";

const EMPTY_SHA256 = hash("sha256", "", "hex");

/**
 * Digests the files of the objects.
 *
 * @returns the SHA-256 of each object's file in hex, by the object's name.
 * @throws {StepError} if a file cannot be read; the signal's reason.
 */
export async function digestSite(
  objects: Iterable<SiteObject>,
  { digester, signal }: Pick<PlanContext, "digester" | "signal">,
): Promise<ReadonlyMap<string, string>> {
  const byPath = new Map<string, Promise<string>>();
  const pairs = [...objects].map(async ({ relativeKey, file }) => {
    if (!file) return [relativeKey, EMPTY_SHA256] as const;
    const { path, absolutePath, sizeBytes } = file;
    const digest =
      byPath.get(path) ??
      digester.digest({ path: absolutePath, sizeBytes, algorithm: "SHA256" }).then(
        (bytes) => bytes.toString("hex"),
        (error: Error) => {
          signal.throwIfAborted();
          throw new StepError(
            codeOf(error),
            `${path} cannot be read: ${error.message}. Check the file, or exclude it with a pattern.`,
            { cause: error },
          );
        },
      );
    byPath.set(path, digest);
    return [relativeKey, await digest] as const;
  });
  return new Map(await Promise.all(pairs));
}
