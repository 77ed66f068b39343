import { type MessagePort, parentPort } from "node:worker_threads";
import { BLOCK_SIZE_BYTES } from "../block-pool.ts";
import { FileChangedError } from "../file-range.ts";
import { type DigestRange, digestRangeAtOnce } from "./digest-range.ts";

/** Why a range has no digest. Errors lose their class and their code between threads, so the reason is sent as text. */
export type RangeFailure = "changed" | { readonly message: string; readonly code: string | undefined };

/** What became of a range: its digest, a character a byte (latin1), since a text is copied between threads at a fraction of a Buffer's cost. */
export type RangeResult = string | { readonly failure: RangeFailure };

const block = Buffer.allocUnsafeSlow(BLOCK_SIZE_BYTES);

function digestOrFailure(range: DigestRange): RangeResult {
  try {
    return digestRangeAtOnce(range, block).toString("latin1");
  } catch (error) {
    if (error instanceof FileChangedError) return { failure: "changed" };
    const { message, code } = error as NodeJS.ErrnoException;
    return { failure: { message, code } };
  }
}

// The file is run as a worker's own, and nothing but types is imported from it.
const port = parentPort as MessagePort;
port.on("message", (batch: readonly DigestRange[]) => port.postMessage(batch.map(digestOrFailure)));
