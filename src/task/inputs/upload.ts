import { type Stats, statSync } from "node:fs";
import { resolve } from "node:path";
import type { InputReader } from "../../agent/inputs.ts";
import { codeOf } from "../../errors/coded-error.ts";
import { withoutLongPathMark } from "../../files/windows/real-path.ts";

const MIB = 1024 ** 2;
/** "Amazon S3 multipart upload limits" in the Amazon S3 User Guide, in MiB. */
const PART_SIZE_MIB = { min: 5, max: 5120, unit: "MiB" };

/** What an upload sends. */
export interface Source {
  /** Absolute; empty if nothing is entered, which has already been reported. */
  readonly path: string;
  readonly isFile: boolean;
}

/**
 * Reads the path of the files to upload. It is a problem if it does not exist, or is neither a file nor a folder.
 *
 * @param whatToEnter the advice if it is empty, for example `Enter the folder to upload.`
 */
export function readSource(reader: InputReader, whatToEnter: string): Source {
  const path = withoutLongPathMark(reader.required("sourceFolder", whatToEnter));
  if (path === "") return { path, isFile: false };
  let stat: Stats | undefined;
  try {
    stat = statSync(path);
    if (!stat.isDirectory() && !stat.isFile()) {
      reader.problem("sourceFolder", "path-invalid", `${path} is neither a file nor a folder.`);
    }
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const advice = "Check the path, and that an earlier step of the job creates it.";
    const message = missing ? `there is no file or folder ${path}. ${advice}` : (error as Error).message;
    reader.problem("sourceFolder", codeOf(error), message);
  }
  return { path: resolve(path), isFile: stat?.isFile() ?? false };
}

/** Reads the key prefix: empty, or with a `/` at its end. */
export function readPrefix(reader: InputReader): string {
  const text = readKeyStart(reader, "targetFolder");
  const [slashes = ""] = /^[\\/]*/.exec(text) ?? [];
  const names = text.split(/[\\/]+/).filter((name) => name !== "" && name !== ".");
  if (text.startsWith("s3://")) {
    reader.problem(
      "targetFolder",
      "path-invalid",
      `"${text}" is a URI. Enter only the part after the name of the bucket.`,
    );
  }
  if (names.includes(".."))
    reader.problem("targetFolder", "path-invalid", `"${text}" has .. as a folder, which S3 does not resolve.`);
  return "/".repeat(slashes.length) + names.map((name) => `${name}/`).join("");
}

/**
 * Reads the key prefix, without the leading `/` that people write as in a path. A second leading `/` is kept: the AWS Toolkit stores such
 * keys. A `\` means `/`, because the variables of Windows agents contain it.
 */
export function readKeyStart(reader: InputReader, input: "sourceFolder" | "targetFolder"): string {
  const text = reader.text(input).replaceAll("\\", "/");
  if (!text.startsWith("/")) return text;
  if (!text.startsWith("//")) {
    reader.note(input, `the / at the start of "${text}" is not used. For keys that start with /, enter /${text}.`);
  }
  return text.slice(1);
}

/** Reads the size of the parts in which large files are sent; undefined for the automatic one. */
export function readPartSizeBytes(reader: InputReader): number | undefined {
  const partSizeMiB = reader.wholeNumber("partSizeMB", PART_SIZE_MIB, "the automatic size");
  return partSizeMiB === undefined ? undefined : partSizeMiB * MIB;
}
