import { InputReader } from "../../src/agent/inputs.ts";
import type { UploadOptions } from "../../src/sync/options.ts";
import { finishReading, type InNameOf, readAccess } from "../../src/task/inputs/access.ts";
import { readArchive } from "../../src/task/inputs/archive.ts";
import { readCustomerKey, readUploadEncryption } from "../../src/task/inputs/encryption.ts";
import { readObjectSettings } from "../../src/task/inputs/object.ts";
import { noteToolkitLogging, readTransfer } from "../../src/task/inputs/transfer.ts";
import { readPartSizeBytes, readPrefix, readSource } from "../../src/task/inputs/upload.ts";

/**
 * Reads the task's inputs. Nothing has been sent yet when it throws.
 *
 * @throws {InputError} with every wrong input.
 */
export function readInputs(): InNameOf<UploadOptions> {
  const reader = new InputReader();
  const customerKey = readCustomerKey(reader);
  const { access, isAmazon } = readAccess(reader, "targetFolder");
  const source = readSource(reader, "Enter the folder or the file to upload.");
  const subject = { root: source.path, ignoreCase: reader.boolean("ignoreCase") };
  const transfer = readTransfer(reader, subject);
  const prefix = readPrefix(reader);
  const settings = readObjectSettings(reader, subject, isAmazon);
  const encryption = readUploadEncryption(reader, customerKey, isAmazon);
  const createBucket = reader.boolean("createBucket");
  const followSymlinks = reader.boolean("followSymlinks", true);
  const partSizeBytes = readPartSizeBytes(reader);
  const archive = readArchive(reader, { ...transfer, settings, partSizeBytes });
  if (transfer.deleteExtra && source.isFile) {
    const why = `it cannot be used if sourceFolder is a single file, ${source.path}: everything else would be deleted`;
    reader.problem("deleteExtra", "inputs-in-conflict", `${why}. Set deleteExtra to false, or enter a folder.`);
  }
  if (createBucket && access?.bucketName.startsWith("arn:")) {
    const why = "it cannot be used if bucketName is an access point, because its bucket already exists";
    reader.problem("createBucket", "inputs-in-conflict", `${why}. Set it to false, or enter the name of a bucket.`);
  }
  if (createBucket && access?.store.features?.accelerate) {
    const why = "it cannot be used with endpointFeatures: accelerate, because that endpoint cannot create buckets";
    reader.problem("createBucket", "inputs-in-conflict", `${why}. Remove one of the two.`);
  }
  noteToolkitLogging(reader);
  return {
    access: finishReading(reader, access),
    ...transfer,
    source: source.path,
    prefix,
    settings,
    ...(encryption ? { encryption } : {}),
    createBucket,
    followSymlinks,
    ...(partSizeBytes === undefined ? {} : { partSizeBytes }),
    ...(archive ? { archive } : {}),
  };
}
