import { CodedError } from "../../errors/coded-error.ts";
import { discard, temporaryPathFor } from "../../files/temporary-file.ts";
import { ObjectReplacedError } from "../../s3/get-object.ts";
import { headObject } from "../../s3/head-object.ts";
import { fetchInOne } from "./fetch-in-one.ts";
import { fetchInRanges, RANGE_SIZE_BYTES } from "./fetch-in-ranges.ts";
import { ChecksumError, type FetchContext, type FetchedObject } from "./fetched-object.ts";
import { replaceFile } from "./replace-file.ts";

export type { FetchContext, FetchedObject } from "./fetched-object.ts";

/**
 * Downloads an object to its file. The bytes go to a temporary file in the same folder and are checked against the object's checksum, or
 * its size if it has none. Only then the file gets its name, so a partial file never has it. If the object is replaced meanwhile, or the
 * bytes are wrong, it is fetched once more from the start.
 *
 * @returns the bytes written.
 * @throws Error if it was replaced again, or the bytes are wrong again; Node's error if it cannot be written; what `Bucket.send` throws.
 */
export async function fetchFile(context: FetchContext, object: FetchedObject): Promise<number> {
  const path = await context.target.fileFor(object.path);
  try {
    return await fetchOnce(context, object, path);
  } catch (error) {
    if (!isWorthAnother(error)) throw error;
  }
  const { bucket, encryption, signal } = context;
  const { etag, sizeBytes } = await headObject(bucket, object.key, { customerKey: encryption, signal });
  try {
    return await fetchOnce(context, { ...object, etag, sizeBytes }, path);
  } catch (error) {
    if (!isWorthAnother(error)) throw error;
    const advice =
      error instanceof ChecksumError
        ? "Find what changes the bytes in the store or on the way"
        : "Run the step when the program that writes the object has finished";
    throw new CodedError(
      error.code,
      `${error.message}. This happened twice. ${advice}. The file in the target folder was not changed`,
    );
  }
}

function isWorthAnother(error: unknown): error is ObjectReplacedError | ChecksumError {
  return error instanceof ObjectReplacedError || error instanceof ChecksumError;
}

async function fetchOnce(context: FetchContext, object: FetchedObject, path: string): Promise<number> {
  const temporaryPath = temporaryPathFor(path);
  try {
    const isSingle = object.sizeBytes <= RANGE_SIZE_BYTES && !object.etag.includes("-");
    const head = await (isSingle ? fetchInOne : fetchInRanges)(context, object, temporaryPath);
    context.signal.throwIfAborted();
    await replaceFile(context, temporaryPath, object.path, path);
    return head.sizeBytes;
  } catch (error) {
    await discard(temporaryPath);
    throw error;
  }
}
