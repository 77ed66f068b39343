import assert from "node:assert/strict";
import { utimesSync } from "node:fs";
import { join } from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import {
  listsByFolder,
  listsByMarker,
  listsInNoOrder,
  listsWithout,
  listsWithoutEncoding,
  listsWithoutEtags,
  repeatsKeysInListings,
  tellsNoEtags,
} from "../../../local/s3/listing-personas.ts";
import type { Persona } from "../../../local/s3/persona.ts";
import { parsePatterns } from "../../../src/files/patterns.ts";
import type { GivenUp } from "../../../src/s3/store/given-up.ts";
import { StepError } from "../../../src/sync/step-error.ts";
import { startEmbeddedTarget } from "../../target.ts";
import type { Tree } from "./random-tree.ts";
import { SyncBench } from "./sync-bench.ts";

const stores: [title: string, persona: Persona, givenUp: GivenUp[]][] = [
  ["walks folders", listsByFolder, ["listingOrder"]],
  ["lists keys in no order", listsInNoOrder, ["listingOrder"]],
  ["repeats a key on the next page", repeatsKeysInListings, []],
  ["knows only the first version of listings", listsByMarker, []],
  ["does not encode keys", listsWithoutEncoding, []],
  ["lists neither ETags nor the end of the listing", listsWithoutEtags, []],
];

const NAMES = ["a", "b", "a b", "a.txt", "a-1/x", "a0/1/2", "a0/1.txt", "é+1%20", "日本/😀", "日本/～", "z"];
/** In an order of its own, so that no listing follows from how the objects were stored. */
const tree = (names: readonly string[]): Tree => new Map(names.map((name) => [name, Buffer.from(`${name}!`)]));
const counts = { filesNew: 0, filesUpdated: 0, filesUnchanged: 0, filesDeleted: 0, bytesTransferred: 0 };
const bytesOf = (some: Tree) => [...some.values()].reduce((sum, content) => sum + content.length, 0);

for (const [title, persona, givenUp] of stores) {
  describe(`a store that ${title}`, () => {
    const bench = new SyncBench(() => startEmbeddedTarget({ persona }));
    beforeEach(() => bench.newBucket());

    it("is kept equal to a folder, and a folder to it", async () => {
      const [source, copy] = [bench.folder(), bench.folder()];
      const all = tree(NAMES);
      source.write(all);
      const first = await bench.upload(source.path, "p/");
      assert.deepEqual(first, { ...counts, filesNew: all.size, bytesTransferred: bytesOf(all) });
      bench.reopen();
      assert.deepEqual(await bench.upload(source.path, "p/"), { ...counts, filesUnchanged: all.size });
      assert.deepEqual(bench.givenUp, givenUp);

      bench.reopen();
      await bench.download("p/", copy.path);
      assert.deepEqual(new Map([...copy.read()].sort()), new Map([...all].sort()));
      assert.deepEqual(await bench.download("p/", copy.path), { ...counts, filesUnchanged: all.size });
      assert.deepEqual(bench.givenUp, givenUp);
    });

    it("loses what has no file, and gets what changed or is new", async () => {
      const [source, copy] = [bench.folder(), bench.folder()];
      source.write(tree(NAMES));
      await bench.upload(source.path, "");
      const edited = tree(["a", "a b", "a.txt", "a0/1.txt", "a0/1/3", "日本/～"]).set("a", Buffer.from("A!"));
      source.write(edited);
      bench.reopen();
      const bytesTransferred = Buffer.byteLength("A!a0/1/3!");
      const wanted = { ...counts, filesNew: 1, filesUpdated: 1, filesUnchanged: 4, filesDeleted: 6, bytesTransferred };
      assert.deepEqual(await bench.upload(source.path, ""), wanted);
      copy.write(tree(["gone/1", "z"]));
      bench.reopen();
      await bench.download("", copy.path);
      assert.deepEqual(new Map([...copy.read()].sort()), new Map([...edited].sort()));
    });
  });
}

describe("a store whose listing tells nothing of objects but their names", () => {
  const bench = new SyncBench(() => startEmbeddedTarget({ persona: listsWithout("Size", "LastModified", "ETag") }));
  const failure = (message: string) => (error: Error) => error instanceof StepError && error.message === message;

  it("is compared by checksum", async () => {
    const source = bench.folder();
    const some = tree(["a", "b"]);
    source.write(some);
    await bench.upload(source.path, "");
    assert.deepEqual(await bench.upload(source.path, ""), { ...counts, filesUnchanged: 2 });
    source.write(new Map(some).set("a", Buffer.from("A!")));
    const wanted = { ...counts, filesUpdated: 1, filesUnchanged: 1, bytesTransferred: 2 };
    assert.deepEqual(await bench.upload(source.path, ""), wanted);
    source.write(tree(["b"]));
    assert.deepEqual(await bench.upload(source.path, ""), { ...counts, filesUnchanged: 1, filesDeleted: 1 });
  });

  it("ends what needs sizes or times with a sentence that says so", async () => {
    const source = bench.folder();
    source.write(tree(["b"]));
    const size = (advice: string) => failure(`The store's listing does not contain the size of "b". ${advice}`);
    await bench.upload(source.path, "");
    for (const compareBy of ["size", "sizeAndTime"] as const) {
      await assert.rejects(bench.planUpload(source.path, "", { compareBy }), size("Set compareBy to checksum."));
    }
    await assert.rejects(bench.planDownload("", bench.folder().path), size("A download needs it."));
    const others = { patterns: parsePatterns(["c"]) };
    assert.deepEqual((await bench.planDownload("", bench.folder().path, others)).actions, []);
  });
});

describe("a store that tells ETags only with the content", () => {
  const bench = new SyncBench(() => startEmbeddedTarget({ persona: tellsNoEtags }));

  it("is compared by size and time, which is told once", async () => {
    const [source, copy] = [bench.folder(), bench.folder()];
    const some = tree(["a", "b"]).set("large", Buffer.alloc(17 * 1024 ** 2, "l"));
    source.write(some);
    await bench.upload(source.path, "");
    bench.reopen();
    assert.deepEqual(await bench.upload(source.path, ""), { ...counts, filesUnchanged: 3 });
    assert.deepEqual(bench.givenUp, ["checksumMode", "comparison"]);
    utimesSync(join(source.path, "a"), new Date(), new Date(Date.now() + 60_000));
    const wanted = { ...counts, filesUpdated: 1, filesUnchanged: 2, bytesTransferred: 2 };
    assert.deepEqual(await bench.upload(source.path, ""), wanted);

    bench.reopen();
    await bench.download("", copy.path);
    assert.deepEqual(new Map([...copy.read()].sort()), new Map([...some].sort()));
    assert.deepEqual(await bench.download("", copy.path), { ...counts, filesUnchanged: 3 });
  });
});

describe("a store that tells ETags only with the content, and gets another object during a download", () => {
  const SIZE_BYTES = 33 * 1024 ** 2;
  let replacement: { readonly range: string; readonly Body: Buffer } | undefined;
  const replacesMeanwhile: Persona = {
    ...tellsNoEtags,
    answers: {
      ...tellsNoEtags.answers,
      GetObject: async (call, usual) => {
        if (replacement && call.request.headers.get("range")?.startsWith(replacement.range)) {
          const object = { Bucket: bench.bucket.name, Key: "large", Body: replacement.Body };
          replacement = undefined;
          await bench.target.client().send(new PutObjectCommand(object));
        }
        return usual(call);
      },
    },
  };
  const bench = new SyncBench(() => startEmbeddedTarget({ persona: replacesMeanwhile }));

  for (const [title, range, sizeBytes] of [
    ["between two ranges", `bytes=${16 * 1024 ** 2}-`, SIZE_BYTES],
    ["before the first range", "bytes=0-", SIZE_BYTES + 1],
  ] as const) {
    it(`gives the file of the other one as a whole, if it comes ${title}`, async () => {
      const [source, copy] = [bench.folder(), bench.folder()];
      source.write(new Map([["large", Buffer.alloc(SIZE_BYTES, "a")]]));
      await bench.upload(source.path, "");
      bench.reopen();
      const other = Buffer.alloc(sizeBytes, "b");
      replacement = { range, Body: other };
      await bench.download("", copy.path, { concurrency: 1 });
      assert.equal(replacement, undefined);
      assert.ok(copy.read().get("large")?.equals(other));
    });
  }
});

describe("a store whose listing tells no times", () => {
  const bench = new SyncBench(() => startEmbeddedTarget({ persona: listsWithout("LastModified") }));

  it("ends a comparison by time, and no other one", async () => {
    const source = bench.folder();
    source.write(tree(["b"]));
    await bench.upload(source.path, "");
    assert.deepEqual(await bench.upload(source.path, "", { compareBy: "size" }), { ...counts, filesUnchanged: 1 });
    await assert.rejects(bench.planUpload(source.path, "", { compareBy: "sizeAndTime" }), {
      message: 'The store\'s listing does not contain the last-modified time of "b". Set compareBy to checksum.',
    });
  });
});
