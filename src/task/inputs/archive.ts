import type { InputReader } from "../../agent/inputs.ts";
import { runLabels } from "../../agent/pipeline-run.ts";
import { CONTENT_HASH_HEADER } from "../../sync/archive/archive-plan.ts";
import type { ArchiveOptions, ObjectSettings } from "../../sync/options.ts";
import type { CommonTransferOptions } from "./transfer.ts";

const DEFAULT_COMPRESSION_LEVEL = 6;
const MIB = 1024 ** 2;
/** Five parts are in memory at once. */
const MAX_PART_MIB = 256;

/** The other inputs that have no effect with an archive, or cannot be combined with one. */
export interface BesideArchive extends Pick<CommonTransferOptions, "flattenFolders" | "deleteExtra" | "compareBy"> {
  readonly settings: ObjectSettings;
  readonly partSizeBytes: number | undefined;
}

/** Reads whether the files become one object, and which. @returns undefined if each becomes one of its own. */
export function readArchive(reader: InputReader, beside: BesideArchive): ArchiveOptions | undefined {
  const problemsBefore = reader.problems.length;
  const format = reader.choice("archive", ["none", "zip", "tar.gz"], "none");
  const givenName = reader.text("archiveName");
  const compressionLevel = reader.wholeNumber("compressionLevel", { min: 1, max: 9 }, `${DEFAULT_COMPRESSION_LEVEL}`);
  if (format === "none") return undefined;
  // If the name has a variable that is not defined, the reader has already reported it.
  const isNameUnknown = reader.problems.some(({ input }) => input === "archiveName");
  const name = isNameUnknown ? "" : nameOf(reader, givenName, format);
  checkConflicts(reader, beside);
  checkMetadata(reader, beside.settings, name);
  if (reader.problems.length > problemsBefore) return undefined;
  return { format, name, compressionLevel: compressionLevel ?? DEFAULT_COMPRESSION_LEVEL };
}

function checkConflicts(reader: InputReader, beside: BesideArchive): void {
  const { flattenFolders, deleteExtra, compareBy, partSizeBytes = 0 } = beside;
  const conflict = (input: string, message: string) => reader.problem(input, "inputs-in-conflict", message);
  if (deleteExtra) {
    conflict("deleteExtra", "it cannot be used with archive, which makes one object. Set deleteExtra to false.");
  }
  if (flattenFolders) {
    const why = "it cannot be used with archive, whose files keep their folders";
    conflict("flattenFolders", `${why}. Set flattenFolders to false, or enter a sourceFolder further down.`);
  }
  if (reader.text("shard").toLowerCase() === "true") {
    conflict("shard", "it cannot be used with archive, which makes one object of all files. Set shard to false.");
  }
  if (partSizeBytes > MAX_PART_MIB * MIB) {
    const why = `with archive, it is ${MAX_PART_MIB} at most, because five parts are in memory at once`;
    reader.problem("partSizeMB", "number-out-of-range", `${why}. Leave it empty for the automatic size.`);
  }
  if (compareBy !== "checksum") {
    reader.note("compareBy", `${compareBy} is not used, because an archive is compared by the contents of its files.`);
  }
}

/** What follows the key prefix: a name, or some folders and a name. */
function nameOf(reader: InputReader, text: string, format: "zip" | "tar.gz"): string {
  if (text === "") return defaultName(reader, format);
  const invalid = (message: string) => {
    reader.problem("archiveName", "path-invalid", message);
    return "";
  };
  if (text.startsWith("s3://")) return invalid(`"${text}" is a URI. Enter what follows targetFolder in the key.`);
  if (/[\\/]$/.test(text)) return invalid(`"${text}" names a folder. Enter the name of the object too.`);
  const names = text.split(/[\\/]+/).filter((name) => name !== "" && name !== ".");
  if (names.includes("..")) return invalid(`"${text}" has .. as a folder, which S3 does not resolve.`);
  return names.length > 0 ? names.join("/") : invalid(`"${text}" is not a name. Enter one, for example app.${format}.`);
}

/** The pipeline's name and the run's number, in characters that every key may have. */
function defaultName(reader: InputReader, format: "zip" | "tar.gz"): string {
  const label = runLabels()
    .map((text) => text.replaceAll(/[^A-Za-z0-9._-]+/g, "-").replaceAll(/^[-.]+|-+$/g, ""))
    .filter((text) => text !== "")
    .join("-");
  if (label !== "") return `${label}.${format}`;
  const why = "it is empty, and the pipeline has no name to use instead";
  reader.problem("archiveName", "input-required", `${why}. Enter a name, for example app.${format}.`);
  return "";
}

/** The task keeps its own value under this name. */
function checkMetadata(reader: InputReader, settings: ObjectSettings, name: string): void {
  if (!reader.check("headers", () => CONTENT_HASH_HEADER in settings.headersFor(name), false)) return;
  const isInMetadata = /^\s*(?:x-amz-meta-)?archive-content-sha256\s*=/im.test(reader.value("metadata"));
  const why = "archive-content-sha256 is the name of the metadata by which the task recognizes its archives";
  reader.problem(isInMetadata ? "metadata" : "headers", "metadata-invalid", `${why}. Use another name.`);
}
