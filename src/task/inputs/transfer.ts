import type { InputReader } from "../../agent/inputs.ts";
import { parallelJobs } from "../../agent/pipeline-run.ts";
import { openFilesLimit } from "../../files/open-files-limit.ts";
import { type PathPatterns, type PatternSubject, parsePatterns } from "../../files/patterns.ts";
import { MAX_REQUESTS } from "../../s3/concurrency/weighted-semaphore.ts";
import type { CompareBy, DeleteLimit, Overwrite, Shard, TransferOptions } from "../../sync/options.ts";

/** The settings that upload and download share, except bucket and encryption. */
export type CommonTransferOptions = Omit<TransferOptions, "access" | "encryption">;

const DEFAULT_DELETE_LIMIT: DeleteLimit = { kind: "share", percent: 50 };
const MAX_CONCURRENCY = 1000;

/**
 * Reads the inputs that both tasks have, and checks their combinations.
 *
 * @param subject what patterns are matched against.
 */
export function readTransfer(reader: InputReader, subject: PatternSubject): CommonTransferOptions {
  const patterns = readPatterns(reader, subject);
  const flattenFolders = reader.boolean("flattenFolders");
  const overwrite = readOverwrite(reader);
  const compareBy = reader.choice<CompareBy>("compareBy", ["checksum", "sizeAndTime", "size"], "checksum");
  const deleteExtra = reader.boolean("deleteExtra");
  const maxDelete = readDeleteLimit(reader);
  const dryRun = reader.boolean("dryRun");
  const ifNoFilesFound = reader.choice("ifNoFilesFound", ["error", "warn", "ignore"], "error");
  const concurrency = readConcurrency(reader);
  const isSharded = reader.boolean("shard");
  const shard = isSharded ? readShard(reader) : undefined;
  if (deleteExtra && flattenFolders) {
    const why = "it cannot be used with flattenFolders, because the names do not show the folders of the files";
    reader.problem("deleteExtra", "inputs-in-conflict", `${why}. Set one of the two to false.`);
  }
  if (deleteExtra && isSharded) {
    const why = "it cannot be used with shard, because each job knows only its share of the files";
    reader.problem(
      "deleteExtra",
      "inputs-in-conflict",
      `${why}. Set one of the two to false, and delete in a later job without shard.`,
    );
  }
  return {
    patterns,
    flattenFolders,
    overwrite,
    compareBy,
    deleteExtra,
    maxDelete,
    dryRun,
    ifNoFilesFound,
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(shard ? { shard } : {}),
  };
}

/**
 * Reads the patterns that select files or objects.
 *
 * @param subject what they are matched against.
 */
export function readPatterns(reader: InputReader, subject: PatternSubject): PathPatterns {
  const lines = reader.lines("globExpressions");
  const given = lines.some((line) => line.trim() !== "") ? lines : ["**"];
  return reader.check("globExpressions", () => parsePatterns(given, subject), parsePatterns([]));
}

/** Pipelines of the AWS Toolkit may request a log of all requests, which would show secrets. */
export function noteToolkitLogging(reader: InputReader): void {
  const inputs = ["logRequest", "logResponse"].filter((input) => reader.boolean(input));
  if (inputs.length > 0) reader.note(inputs.join(", "), "not used, because this task does not log requests.");
}

/** `true` and `false` come from the AWS Toolkit's download, which either replaces what exists or fails. */
function readOverwrite(reader: InputReader): Overwrite {
  const choice = reader.choice<Overwrite | "true" | "false">(
    "overwrite",
    ["changed", "always", "never", "error", "true", "false"],
    "changed",
  );
  if (choice === "true") return "always";
  return choice === "false" ? "error" : choice;
}

/** Reads the most that a step may delete. */
export function readDeleteLimit(reader: InputReader): DeleteLimit {
  const text = reader.text("maxDelete");
  if (text === "") return DEFAULT_DELETE_LIMIT;
  const [, digits, percentSign] = /^(\d{1,15})\s*(%?)$/.exec(text) ?? [];
  const value = Number(digits);
  if (digits !== undefined && !percentSign) return { kind: "count", count: value };
  if (digits !== undefined && value <= 100) return { kind: "share", percent: value };
  const advice =
    "Enter how many may be deleted: a number, for example 100, or a percentage from 0% to 100%, for example 50%.";
  reader.problem("maxDelete", "delete-limit-invalid", `"${text}" is neither a number nor a percentage. ${advice}`);
  return DEFAULT_DELETE_LIMIT;
}

/** Other open files of a step: libraries, its output, pipes to threads. */
const OTHER_OPEN_FILES = 40;

/**
 * Reads how many requests may run at once, each with a socket and a file. Fewer if the machine does not allow so many.
 *
 * @returns undefined for the automatic number.
 */
export function readConcurrency(reader: InputReader): number | undefined {
  const wanted = reader.wholeNumber("concurrency", { min: 1, max: MAX_CONCURRENCY }, "the automatic number");
  const openFiles = openFilesLimit() ?? Number.POSITIVE_INFINITY;
  const allowed = Math.max(1, Math.floor((openFiles - OTHER_OPEN_FILES) / 2));
  return (wanted ?? MAX_REQUESTS) > allowed ? allowed : wanted;
}

/** @returns undefined if the job runs once. */
function readShard(reader: InputReader): Shard | undefined {
  const jobs = parallelJobs();
  if (jobs === "unknown") {
    const why = "the agent does not say which of the parallel jobs this is (System.JobPositionInPhase)";
    reader.problem(
      "shard",
      "parallel-job-unknown",
      `${why}. Use it in a job with strategy: parallel, or set it to false.`,
    );
    return undefined;
  }
  return jobs.total > 1 ? jobs : undefined;
}
