import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { InputReader } from "../../agent/inputs.ts";
import { CodedError, codeOf } from "../../errors/coded-error.ts";
import { whyPathIsRefused } from "../../files/safe-path.ts";
import { withoutLongPathMark } from "../../files/windows/real-path.ts";

/** Reads the folder to download to. A missing folder is made when the first file comes, but nothing else may have its name. */
export function readTarget(reader: InputReader): string {
  const text = reader.required("targetFolder", "Enter the folder to download to.");
  if (text === "") return text;
  const target = resolve(withoutLongPathMark(text));
  reader.check("targetFolder", () => checkTarget(target), undefined);
  return target;
}

/** @throws Error if there can be no such folder. */
function checkTarget(target: string): void {
  const refusal = whyPathIsRefused(target, process.platform);
  if (refusal) throw new CodedError("path-invalid", `${target} cannot be a folder: ${refusal}. Enter another folder.`);
  for (let path = target; ; path = dirname(path)) {
    try {
      if (statSync(path).isDirectory()) return;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      // There can be nothing below a file either; the loop reaches the file itself.
      if ((code !== "ENOENT" && code !== "ENOTDIR") || path === dirname(path))
        throw new CodedError(codeOf(error), `${message}.`);
      continue;
    }
    throw new CodedError(
      "path-taken",
      `${path} is not a folder, so nothing can be downloaded to ${target}. Enter another folder.`,
    );
  }
}
