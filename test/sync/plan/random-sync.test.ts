import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { cancellation } from "../../../src/agent/cancellation.ts";
import { FileDigester } from "../../../src/files/digest/file-digest.ts";
import { parsePatterns } from "../../../src/files/patterns.ts";
import { createTransport, type Transport } from "../../../src/http/transport.ts";
import { type Bucket, openBucket } from "../../../src/s3/bucket.ts";
import { applyDownload } from "../../../src/sync/download/download.ts";
import type { DownloadOptions, TransferOptions, UploadOptions } from "../../../src/sync/options.ts";
import type { Counts } from "../../../src/sync/plan/plan.ts";
import { planDownload } from "../../../src/sync/plan/plan-download.ts";
import { planUpload } from "../../../src/sync/plan/plan-upload.ts";
import { applyUpload } from "../../../src/sync/upload/upload.ts";
import { amount } from "../../amounts.ts";
import { randomFrom } from "../../random.ts";
import { startTarget, type Target } from "../../target.ts";
import { editTree, makeTree, type Tree, TreeFolder } from "./random-tree.ts";

/** A real server is many times slower: `S3_TEST_ROUNDS` says how many it gets. */
const ROUNDS = Number(process.env.S3_TEST_ROUNDS ?? amount(300, 40));

describe("syncing random trees", () => {
  let target: Target;
  let bucketName: string;
  let bucket: Bucket;
  let transport: Transport;
  const digester = new FileDigester();
  const folders: TreeFolder[] = [];
  before(async () => {
    target = await startTarget();
    bucketName = await target.newBucket();
    transport = createTransport({ maxConnections: 64, idleTimeoutMs: 30_000 });
    bucket = openBucket({ ...accessTo(target, bucketName), name: bucketName, transport, userAgent: "test" });
  });
  after(async () => {
    for (const folder of folders) folder.remove();
    transport.close();
    await digester.close();
    await target.stop();
  });

  const signal = cancellation();
  const observer = { stored: () => undefined, actionDone: () => undefined };
  const tools = () => ({ bucket, digester, observer, signal, warn: ({ path }: { path: string }) => assert.fail(path) });
  const journal = { has: () => false, add: () => undefined };

  async function upload(source: string, prefix: string): Promise<Counts> {
    const options: UploadOptions = {
      ...sharedOptions(accessTo(target, bucketName)),
      source,
      prefix,
      settings: {
        headersFor: () => ({}),
        rules: [],
        tags: undefined,
        cannedAcl: undefined,
        checksumAlgorithm: "CRC32",
      },
      followSymlinks: true,
      createBucket: false,
    };
    const plan = await planUpload(options, tools());
    assert.deepEqual(plan.problems, []);
    const report = await applyUpload(plan, options, { ...tools(), journal });
    assert.deepEqual(report.errors, []);
    return report.counts;
  }

  async function download(prefix: string, into: string): Promise<Counts> {
    const options: DownloadOptions = {
      ...sharedOptions(accessTo(target, bucketName)),
      source: prefix,
      target: into,
      keepPrefix: false,
    };
    const plan = await planDownload(options, tools());
    assert.deepEqual(plan.problems, []);
    const report = await applyDownload(plan, options, tools());
    assert.deepEqual(report.errors, []);
    return report.counts;
  }

  it(`makes bucket and folders equal, and then has nothing to do, ${ROUNDS} times`, async function () {
    this.timeout(600_000);
    const [source, copy] = [new TreeFolder(), new TreeFolder()];
    folders.push(source, copy);
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const random = randomFrom(seed);
      const prefix = `${seed}/`;
      // A store that keeps objects as files cannot hold a key that is a folder of another one while both are there.
      const mayExchangeKinds = target.name !== "versitygw";
      let tree = makeTree(random);
      copy.write(seed % 2 === 0 ? new Map() : editTree(tree, random, true));
      for (const round of ["first", "edited"]) {
        const about = `seed ${seed}, ${round}`;
        source.write(tree);
        const counts = await upload(source.path, prefix);
        assert.equal(counts.filesNew + counts.filesUpdated + counts.filesUnchanged, tree.size, about);
        assert.deepEqual(await digestsInBucket(target, bucketName, prefix), digestsOf(tree), about);
        await download(prefix, copy.path);
        assert.deepEqual(digestsOf(copy.read()), digestsOf(tree), about);
        const nothing = { filesNew: 0, filesUpdated: 0, filesDeleted: 0, bytesTransferred: 0 };
        assert.deepEqual(await upload(source.path, prefix), { ...nothing, filesUnchanged: tree.size }, about);
        assert.deepEqual(await download(prefix, copy.path), { ...nothing, filesUnchanged: tree.size }, about);
        tree = editTree(tree, random, mayExchangeKinds);
      }
    }
  });
});

function accessTo(target: Target, bucketName: string) {
  const { accessKeyId, secretAccessKey } = target;
  return {
    bucketName,
    store: { endpoint: new URL(target.url), region: target.region, addressingStyle: "path" as const },
    credentials: () => ({ accessKeyId, secretAccessKey }),
    requesterPays: false,
  };
}

function sharedOptions(access: TransferOptions["access"]): TransferOptions {
  return {
    access,
    patterns: parsePatterns(["**"]),
    flattenFolders: false,
    overwrite: "changed",
    compareBy: "checksum",
    deleteExtra: true,
    maxDelete: { kind: "share", percent: 100 },
    dryRun: false,
    ifNoFilesFound: "ignore",
  };
}

/** MD5 by path. */
function digestsOf(tree: Tree): Record<string, string> {
  const digests = [...tree].map(([path, content]) => [path, createHash("md5").update(content).digest("hex")]);
  return Object.fromEntries(digests.sort());
}

/** As the store's own listing tells them, by the SDK. */
async function digestsInBucket(target: Target, Bucket: string, Prefix: string): Promise<Record<string, string>> {
  const { Contents = [] } = await target.client().send(new ListObjectsV2Command({ Bucket, Prefix }));
  const digests = Contents.map(({ Key, ETag }) => [Key?.slice(Prefix.length), ETag?.replaceAll('"', "")]);
  return Object.fromEntries(digests.sort());
}
