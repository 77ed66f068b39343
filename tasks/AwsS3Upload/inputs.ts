import { type Stats, statSync } from "node:fs";
import { resolve } from "node:path";
import { InputReader } from "../../src/agent/inputs.ts";
import type { UploadOptions } from "../../src/sync/options.ts";
import { type InNameOf, readAccess } from "../access-inputs.ts";
import { readCustomerKey, readUploadEncryption } from "../encryption-inputs.ts";
import { readObjectSettings } from "../object-inputs.ts";
import { readTransfer } from "../transfer-inputs.ts";

const MIB = 1024 ** 2;
/** "Amazon S3 multipart upload limits" in the Amazon S3 User Guide, in MiB. */
const PART_SIZE_MIB = { min: 5, max: 5120, unit: "MiB" };

/**
 * Reads the task's inputs. Nothing has been sent yet when it throws.
 *
 * @throws {InputError} with every wrong input.
 */
export function readInputs(): InNameOf<UploadOptions> {
  const reader = new InputReader();
  const customerKey = readCustomerKey(reader);
  const { access, isAmazon } = readAccess(reader, "targetFolder");
  const source = readSource(reader);
  const transfer = readTransfer(reader, source.path);
  const prefix = readPrefix(reader);
  const settings = readObjectSettings(reader, source.path, isAmazon);
  const encryption = readUploadEncryption(reader, customerKey, isAmazon);
  const createBucket = reader.boolean("createBucket");
  const followSymlinks = reader.boolean("followSymlinks", true);
  const partSizeMiB = reader.wholeNumber("partSizeMB", PART_SIZE_MIB, "the automatic size");
  if (transfer.deleteExtra && source.isFile) {
    const why = `it cannot be used while sourceFolder is a single file, ${source.path}: all else would be deleted`;
    reader.problem("deleteExtra", `${why}. Set deleteExtra to false, or enter a folder.`);
  }
  if (createBucket && access?.bucketName.startsWith("arn:")) {
    const why = "it cannot be used while bucketName is an access point, which stands before a bucket that exists";
    reader.problem("createBucket", `${why}. Set it to false, or enter a bucket's name.`);
  }
  if (createBucket && access?.store.features?.accelerate) {
    const why = "it cannot be used with endpointFeatures: accelerate, through which no bucket can be created";
    reader.problem("createBucket", `${why}. Leave one of the two out.`);
  }
  reader.finish();
  return {
    // finish() has thrown where there is no access.
    access: access as NonNullable<typeof access>,
    ...transfer,
    source: source.path,
    prefix,
    settings,
    ...(encryption ? { encryption } : {}),
    createBucket,
    followSymlinks,
    ...(partSizeMiB === undefined ? {} : { partSizeBytes: partSizeMiB * MIB }),
  };
}

function readSource(reader: InputReader): { readonly path: string; readonly isFile: boolean } {
  const path = reader.required("sourceFolder", "Enter the folder or the file to upload.");
  if (path === "") return { path, isFile: false };
  let stat: Stats | undefined;
  try {
    stat = statSync(path);
    if (!stat.isDirectory() && !stat.isFile()) {
      reader.problem("sourceFolder", `${path} is neither a file nor a folder.`);
    }
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const advice = "Check the path, and that an earlier step of the job has made it.";
    reader.problem("sourceFolder", missing ? `there is nothing at ${path}. ${advice}` : (error as Error).message);
  }
  return { path: resolve(path), isFile: stat?.isFile() ?? false };
}

function readPrefix(reader: InputReader): string {
  const text = reader.text("targetFolder");
  const names = text.split(/[\\/]+/).filter((name) => name !== "" && name !== ".");
  if (text.startsWith("s3://")) {
    reader.problem("targetFolder", `"${text}" is a URI. Enter what stands behind the bucket's name.`);
  }
  if (names.includes("..")) reader.problem("targetFolder", `"${text}" has .. for a folder, which S3 does not resolve.`);
  return names.map((name) => `${name}/`).join("");
}
