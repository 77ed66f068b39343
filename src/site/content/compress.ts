import { once } from "node:events";
import { open, rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { constants, createBrotliCompress, createGzip } from "node:zlib";
import { withoutSystem } from "../../archive/gzip-header.ts";
import { BLOCK_SIZE_BYTES } from "../../files/block-pool.ts";
import { FileChangedError } from "../../files/file-range.ts";
import { patience } from "../../files/windows/patience.ts";
import { availableCores } from "../../scheduling/available-cores.ts";
import { Semaphore } from "../../scheduling/semaphore.ts";
import { isTextLike } from "./text-like.ts";

export type Encoding = "gzip" | "brotli";

/** A file to compress. */
export interface CompressedFile {
  /** Absolute. */
  readonly path: string;
  /** Its expected size. */
  readonly sizeBytes: number;
}

/** A smaller file fits into the first packets of an answer anyway. */
const MIN_SIZE_BYTES = 1024;

/** zlib works in Node's thread pool of four threads. One is left for files and host names. */
const MAX_FILES_AT_ONCE = 3;
const cores = new Semaphore(Math.min(availableCores(), MAX_FILES_AT_ONCE));

/**
 * Brotli's best level takes 1 to 2 seconds for a MiB of script. The level for larger files takes a twentieth of the time, and its result
 * is 8 % larger.
 */
const BEST_BROTLI_QUALITY = 11;
const BEST_BROTLI_MAX_BYTES = 4 * 1024 ** 2;
const LARGE_BROTLI_QUALITY = 9;
/** Brotli's own default: a larger window takes more memory, in each visitor's browser too. */
const MAX_BROTLI_WINDOW_BITS = 22;
/** Brotli cannot refer to the last 16 bytes of its window ("Window size" in RFC 7932, section 9.1). */
const BROTLI_WINDOW_GAP_BYTES = 16;

/** Whether compressing a file is worth a try: it is larger than 1 KiB, and its content type is text or as compressible as text. */
export function isWorthCompressing(contentType: string, sizeBytes: number): boolean {
  return sizeBytes > MIN_SIZE_BYTES && isTextLike(contentType);
}

/**
 * Compresses a file into another with limited memory. Only as many files are compressed at once as there are cores; others wait. With the
 * same version of Node, the same content gives the same bytes.
 *
 * @returns the bytes written; undefined, and no file, if compression would not make it smaller.
 * @throws {FileChangedError} if the file has more or fewer bytes than expected; the signal's reason; Node's error if a file cannot be read
 * or written. No file is left then.
 */
export async function compressFile(
  source: CompressedFile,
  encoding: Encoding,
  targetPath: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  await cores.take(1);
  try {
    signal.throwIfAborted();
    const writtenBytes = await writeCompressed(source, encoding, targetPath, signal);
    if (writtenBytes < source.sizeBytes) return writtenBytes;
    await rm(targetPath);
    return undefined;
  } catch (error) {
    await rm(targetPath, { force: true });
    throw signal.aborted ? signal.reason : error;
  } finally {
    cores.giveBack(1);
  }
}

async function writeCompressed(
  { path, sizeBytes }: CompressedFile,
  encoding: Encoding,
  targetPath: string,
  signal: AbortSignal,
): Promise<number> {
  const file = await patience.whileHeld({ path, purpose: "read", signal }, () => open(path));
  const input = file.createReadStream({ highWaterMark: BLOCK_SIZE_BYTES });
  try {
    const output = (await open(targetPath, "w")).createWriteStream();
    try {
      if (encoding === "gzip") await pipeline(input, createGzip({ level: 9 }), withoutSystem(), output, { signal });
      else await pipeline(input, brotliFor(sizeBytes), output, { signal });
    } finally {
      // Waits until nothing writes to it any more before it is removed.
      if (!output.closed) await once(output, "close");
    }
    if (input.bytesRead !== sizeBytes) throw new FileChangedError();
    return output.bytesWritten;
  } finally {
    input.destroy();
  }
}

/** Settings depend on the file's size only. A window no larger than the file saves memory. */
function brotliFor(sizeBytes: number) {
  const windowBits = Math.ceil(Math.log2(sizeBytes + BROTLI_WINDOW_GAP_BYTES));
  return createBrotliCompress({
    params: {
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_QUALITY]: sizeBytes <= BEST_BROTLI_MAX_BYTES ? BEST_BROTLI_QUALITY : LARGE_BROTLI_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: Math.min(
        Math.max(windowBits, constants.BROTLI_MIN_WINDOW_BITS),
        MAX_BROTLI_WINDOW_BITS,
      ),
      [constants.BROTLI_PARAM_SIZE_HINT]: sizeBytes,
    },
  });
}
