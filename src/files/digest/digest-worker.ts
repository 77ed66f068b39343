import { type MessagePort, parentPort } from "node:worker_threads";
import { BLOCK_SIZE_BYTES } from "../block-pool.ts";
import { FileChangedError } from "../file-range.ts";
import { digestPieceAtOnce, type Piece } from "./digest-range.ts";

/** Why a piece has no digest. Errors lose their class and their code on the way between threads, so they are told. */
export type PieceFailure = "changed" | { readonly message: string; readonly code: string | undefined };

/** What became of a piece: its digest, a character a byte (latin1), since a text is copied between threads at a fraction of a Buffer's cost. */
export type PieceResult = string | { readonly failure: PieceFailure };

const block = Buffer.allocUnsafeSlow(BLOCK_SIZE_BYTES);

function digestOrFailure(piece: Piece): PieceResult {
  try {
    return digestPieceAtOnce(piece, block).toString("latin1");
  } catch (error) {
    if (error instanceof FileChangedError) return { failure: "changed" };
    const { message, code } = error as NodeJS.ErrnoException;
    return { failure: { message, code } };
  }
}

// The file is run as a worker's own, and nothing but types is imported from it.
const port = parentPort as MessagePort;
port.on("message", (batch: readonly Piece[]) => port.postMessage(batch.map(digestOrFailure)));
