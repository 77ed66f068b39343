import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { codeOf } from "../errors/coded-error.ts";
import { temporaryFolderError } from "../errors/folder-write-error.ts";
import { ObjectSender, type SenderTools } from "../sync/upload/object-sender.ts";
import type { SentObject } from "../sync/upload/send-file.ts";
import { compressFile, type Encoding } from "./content/compress.ts";
import type { SiteOptions } from "./options.ts";
import type { SiteObject } from "./plan/site-object.ts";
import type { ObjectStorer } from "./store-site.ts";

export interface FileStorerTools extends Pick<SenderTools, "bucket" | "digester" | "signal" | "onMoved"> {
  /** Absolute path of an existing folder for compressed files. Nothing is left in it. */
  readonly scratchFolder: string;
}

const CONTENT_ENCODINGS: Readonly<Record<Encoding, string>> = { gzip: "gzip", brotli: "br" };

/**
 * Provides `use` with a way to store objects from the files of a built site.
 *
 * @throws what `use` throws.
 */
export async function withFileStorer<T>(
  objects: ReadonlyMap<string, SiteObject>,
  options: SiteOptions,
  tools: FileStorerTools,
  use: (storer: ObjectStorer) => Promise<T>,
): Promise<T> {
  const { signal, scratchFolder } = tools;
  const sender = new ObjectSender(options, tools);
  const emptyFile = join(scratchFolder, "empty");
  await writeFile(emptyFile, "").catch(rejectAsFull);
  let scratchFiles = 0;
  try {
    return await use({
      parallelObjects: () => sender.slots.wanted,
      store: (name) => storeObject(objects.get(name) as SiteObject),
    });
  } finally {
    await rm(emptyFile, { force: true });
  }

  function rejectAsFull(error: unknown): never {
    throw temporaryFolderError(scratchFolder, error);
  }

  async function storeObject(object: SiteObject): Promise<SentObject> {
    const { relativeKey, file, headers, compression } = object;
    const key = options.prefix + relativeKey;
    if (!file) return sender.send({ path: emptyFile, key, sizeBytes: 0, headers });
    const plain = { path: file.absolutePath, key, sizeBytes: file.sizeBytes, headers };
    return compression ? storeCompressed(plain, compression) : sender.send(plain);
  }

  /** A file that does not become smaller is stored uncompressed. */
  async function storeCompressed(plain: Parameters<ObjectSender["send"]>[0], encoding: Encoding): Promise<SentObject> {
    const path = join(scratchFolder, String(scratchFiles++));
    const sizeBytes = await compressFile(plain, encoding, path, signal).catch((error: unknown) => {
      // A read error is handled elsewhere.
      throw codeOf(error) === "disk-full" ? temporaryFolderError(scratchFolder, error) : error;
    });
    if (sizeBytes === undefined) return sender.send(plain);
    try {
      const headers = { ...plain.headers, "content-encoding": CONTENT_ENCODINGS[encoding] };
      return await sender.send({ ...plain, path, sizeBytes, headers });
    } finally {
      await rm(path, { force: true });
    }
  }
}
