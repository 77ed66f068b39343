import { type FileHandle, open } from "node:fs/promises";
import { BLOCK_SIZE_BYTES } from "./block-pool.ts";
import type { Disk } from "./disk.ts";
import { setModified, writeWhole } from "./temporary-file.ts";

/** A file to be written. */
export interface FileToWrite {
  readonly path: string;
  readonly sizeBytes: number;
  /** In milliseconds since 1970. */
  readonly modifiedMs: number;
  /** Permission bits, from which the process's umask is taken. */
  readonly mode: number;
}

/**
 * Writes a new file from chunks as they come; a small one in one go.
 *
 * @param onWritten called with the number of bytes that have just been written.
 * @throws Node's error; what reading the chunks throws. The file may then be there in part.
 */
export async function writeContent(
  { path, sizeBytes, modifiedMs, mode }: FileToWrite,
  content: AsyncIterable<Buffer>,
  disk: Disk,
  onWritten: (sizeBytes: number) => void,
): Promise<void> {
  if (sizeBytes <= BLOCK_SIZE_BYTES) {
    const bytes = await gather(content);
    await writeWhole(path, bytes, modifiedMs, disk, mode);
    onWritten(bytes.length);
    return;
  }
  const file = await open(path, "wx", mode);
  try {
    for await (const chunk of content) {
      await writeChunk(file, chunk);
      onWritten(chunk.length);
    }
    await setModified(file, modifiedMs);
  } finally {
    await file.close();
  }
}

async function gather(content: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
}

async function writeChunk(file: FileHandle, chunk: Buffer): Promise<void> {
  for (let doneBytes = 0; doneBytes < chunk.length; ) {
    doneBytes += (await file.write(chunk, doneBytes)).bytesWritten;
  }
}
