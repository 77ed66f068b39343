import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { amount } from "../../amounts.ts";
import { randomFrom } from "../../random.ts";
import { startTarget, type Target } from "../../target.ts";
import { editTree, makeTree, type Tree } from "./random-tree.ts";
import { SyncBench } from "./sync-bench.ts";

/** A real server is many times slower: `S3_TEST_ROUNDS` says how many it gets. */
const ROUNDS = Number(process.env.S3_TEST_ROUNDS ?? amount(300, 20));

describe("syncing random trees", () => {
  const bench = new SyncBench(startTarget);

  it(`makes bucket and folders equal, and then has nothing to do, ${ROUNDS} times`, async function () {
    this.timeout(600_000);
    const [source, copy] = [bench.folder(), bench.folder()];
    const { target } = bench;
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
        const counts = await bench.upload(source.path, prefix);
        assert.equal(counts.filesNew + counts.filesUpdated + counts.filesUnchanged, tree.size, about);
        assert.deepEqual(await digestsInBucket(target, bench.bucket.name, prefix), digestsOf(tree), about);
        await bench.download(prefix, copy.path);
        assert.deepEqual(digestsOf(copy.read()), digestsOf(tree), about);
        const nothing = { filesNew: 0, filesUpdated: 0, filesDeleted: 0, bytesTransferred: 0 };
        assert.deepEqual(await bench.upload(source.path, prefix), { ...nothing, filesUnchanged: tree.size }, about);
        assert.deepEqual(await bench.download(prefix, copy.path), { ...nothing, filesUnchanged: tree.size }, about);
        tree = editTree(tree, random, mayExchangeKinds);
      }
    }
  });
});

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
