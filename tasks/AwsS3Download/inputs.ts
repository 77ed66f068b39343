import { InputReader } from "../../src/agent/inputs.ts";
import type { DownloadOptions, ExtractOptions } from "../../src/sync/options.ts";
import { finishReading, type InNameOf, readAccess } from "../../src/task/inputs/access.ts";
import { readCustomerKey, readDownloadEncryption } from "../../src/task/inputs/encryption.ts";
import { readTarget } from "../../src/task/inputs/target.ts";
import { noteToolkitLogging, readTransfer } from "../../src/task/inputs/transfer.ts";
import { readKeyStart } from "../../src/task/inputs/upload.ts";

/**
 * Reads the task's inputs. Nothing has been sent yet when it throws, and nothing has been written to disk.
 *
 * @throws {InputError} with every wrong input.
 */
export function readInputs(): InNameOf<DownloadOptions> {
  const reader = new InputReader();
  const customerKey = readCustomerKey(reader);
  const { access } = readAccess(reader, "sourceFolder");
  const source = readSource(reader);
  const transfer = readTransfer(reader, { isOfKeys: true, ignoreCase: reader.boolean("ignoreCase") });
  const target = readTarget(reader);
  const keepPrefix = reader.boolean("keepPrefix");
  const extract = readExtract(reader, { ...transfer, keepPrefix });
  const encryption = readDownloadEncryption(reader, customerKey);
  noteToolkitLogging(reader);
  return {
    access: finishReading(reader, access),
    ...transfer,
    source,
    target,
    keepPrefix,
    ...(extract ? { extract } : {}),
    ...(encryption ? { encryption } : {}),
  };
}

const DEFAULT_MAX_GB = 10;
/** Larger than any disk, so no limit. */
const MAX_GB = 1_000_000;

/** @returns undefined if archives are files like others. */
function readExtract(
  reader: InputReader,
  others: Pick<DownloadOptions, "deleteExtra" | "flattenFolders" | "keepPrefix">,
): ExtractOptions | undefined {
  const isWanted = reader.boolean("extract");
  const maxGb = reader.wholeNumber("extractMaxSizeGB", { min: 1, max: MAX_GB, unit: "GB" }, `${DEFAULT_MAX_GB}`);
  if (!isWanted) return undefined;
  for (const [input, why] of Object.entries(NOT_WITH_EXTRACT)) {
    if (!others[input as keyof typeof others]) continue;
    reader.problem(
      "extract",
      "inputs-in-conflict",
      `it cannot be used with ${input}, because ${why}. Set one of the two to false.`,
    );
  }
  return { maxBytes: (maxGb ?? DEFAULT_MAX_GB) * 1e9 };
}

const NOT_WITH_EXTRACT = {
  deleteExtra: "the bucket does not list what is in archives",
  flattenFolders: "the files of an archive keep their folders",
  keepPrefix: "an archive's folder is named after the archive alone",
};

function readSource(reader: InputReader): string {
  const source = readKeyStart(reader, "sourceFolder");
  const wrong = (why: string) => reader.problem("sourceFolder", "path-invalid", `"${source}" ${why}`);
  if (source.startsWith("s3://")) wrong("is a URI. Enter only the part after the name of the bucket.");
  if (source.split("/").some((name) => name === "." || name === ".."))
    wrong("has . or .. as a folder, which S3 does not resolve.");
  return source;
}
