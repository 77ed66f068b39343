import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ActionFailure, applyActions } from "../sync/apply.ts";
import type { Action } from "../sync/plan/plan.ts";
import { ObjectSender, type SenderTools } from "../sync/upload/object-sender.ts";
import type { SentObject } from "../sync/upload/send-file.ts";
import { compressFile, type Encoding } from "./content/compress.ts";
import { FolderRedirects } from "./folder-redirects.ts";
import type { SiteOptions } from "./options.ts";
import type { SiteObject } from "./plan/site-object.ts";
import type { SiteGroup } from "./plan/site-plan.ts";

export interface StoreTools extends Pick<SenderTools, "bucket" | "digester" | "signal" | "onStored"> {
  /** Absolute path of a folder that is there, for files that are compressed; nothing stays in it. */
  readonly scratchFolder: string;
  /** @param sentBytes as many as are stored: fewer than the file's where it was compressed. */
  actionDone(action: Action, sentBytes: number): void;
  /**
   * Called before each group.
   *
   * @throws what is to keep it, and all after it, from being stored.
   */
  beforeGroup(group: SiteGroup): Promise<void>;
}

/** What storing the groups came to. */
export interface StoreResult {
  readonly failures: readonly ActionFailure[];
  /** Whether objects of the last group were left, because they would have failed as those before them. */
  readonly stoppedEarly: boolean;
  /** By the object's name. */
  readonly stored: ReadonlyMap<string, SentObject>;
  /** Redirects that the store cannot keep beside what is stored. */
  readonly refused: readonly ActionFailure[];
}

const CONTENT_ENCODINGS: Readonly<Record<Encoding, string>> = { gzip: "gzip", brotli: "br" };

/**
 * Stores the groups' objects, one group after the other: where an object of one fails, the groups after it are left.
 *
 * @throws what `beforeGroup` throws; the signal's reason.
 */
export async function storeSite(
  groups: readonly SiteGroup[],
  objects: ReadonlyMap<string, SiteObject>,
  options: SiteOptions,
  tools: StoreTools,
): Promise<StoreResult> {
  const { signal } = tools;
  const sender = new ObjectSender(options, tools);
  const emptyFile = join(tools.scratchFolder, "empty");
  await writeFile(emptyFile, "");
  const folderRedirects = new FolderRedirects(tools.bucket, objects);
  const stored = new Map<string, SentObject>();
  const refused: ActionFailure[] = [];
  let scratchFiles = 0;
  try {
    for (const group of groups) {
      await tools.beforeGroup(group);
      const { failures, stoppedEarly } = await storeGroup(group);
      const ofFolders = folderRedirects.refusedAmong(failures);
      refused.push(...ofFolders);
      const others = failures.filter((failure) => !ofFolders.includes(failure));
      if (others.length > 0 || stoppedEarly) return { failures: others, stoppedEarly, stored, refused };
    }
    return { failures: [], stoppedEarly: false, stored, refused };
  } finally {
    await rm(emptyFile, { force: true });
  }

  async function storeGroup({ actions }: SiteGroup): Promise<Pick<StoreResult, "failures" | "stoppedEarly">> {
    const failures: ActionFailure[] = [];
    for (const turn of folderRedirects.turnsOf(actions)) {
      const result = await applyActions(turn, {
        parallelActions: () => sender.slots.wanted,
        perform: async ({ relativeKey }) => {
          const sent = await storeObject(objects.get(relativeKey) as SiteObject);
          stored.set(relativeKey, sent);
          return sent.sizeBytes;
        },
        onDone: (action, sentBytes) => tools.actionDone(action, sentBytes),
        signal,
      });
      signal.throwIfAborted();
      failures.push(...result.failures);
      if (result.stoppedEarly) return { failures, stoppedEarly: true };
    }
    return { failures, stoppedEarly: false };
  }

  async function storeObject(object: SiteObject): Promise<SentObject> {
    const { relativeKey, file, headers, compression } = object;
    const key = options.prefix + relativeKey;
    if (!file) return sender.send({ path: emptyFile, key, sizeBytes: 0, headers });
    const plain = { path: file.absolutePath, key, sizeBytes: file.sizeBytes, headers };
    return compression ? storeCompressed(plain, compression) : sender.send(plain);
  }

  /** What does not become smaller is stored as it is. */
  async function storeCompressed(plain: Parameters<ObjectSender["send"]>[0], encoding: Encoding): Promise<SentObject> {
    const path = join(tools.scratchFolder, String(scratchFiles++));
    const sizeBytes = await compressFile(plain, encoding, path, signal);
    if (sizeBytes === undefined) return sender.send(plain);
    try {
      const headers = { ...plain.headers, "content-encoding": CONTENT_ENCODINGS[encoding] };
      return await sender.send({ ...plain, path, sizeBytes, headers });
    } finally {
      await rm(path, { force: true });
    }
  }
}
