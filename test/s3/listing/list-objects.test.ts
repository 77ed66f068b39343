import assert from "node:assert/strict";
import { NOT_S3, ServiceError } from "../../../src/aws/errors/errors.ts";
import type { Bucket } from "../../../src/s3/bucket.ts";
import { listFolders } from "../../../src/s3/listing/list-folders.ts";
import {
  ListingError,
  listInOrder,
  listObjects,
  type RemoteObject,
  UnsortedListingError,
} from "../../../src/s3/listing/list-objects.ts";
import { answeringBucket, targetSuite } from "../open-target.ts";

const signal = new AbortController().signal;

async function listAll(bucket: Bucket, prefix = "", list = listInOrder): Promise<RemoteObject[]> {
  const objects: RemoteObject[] = [];
  for await (const object of list(bucket, prefix, signal)) objects.push(object);
  return objects;
}

describe("listing objects", () => {
  const suite = targetSuite();

  it("tells what is known of each object, in the order of the keys' bytes", async () => {
    const keys = ["a b+c%20.txt", "a&<>'\"=.txt", "a.txt", "a/b", "é", "日本", "\uffee", "😀"];
    const objects = await listAll(await suite.newBucketWith([...keys].reverse()));
    assert.deepEqual(
      objects.map(({ key }) => key),
      keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
    for (const { key, sizeBytes, etag, lastModifiedMs, storageClass } of objects) {
      assert.equal(sizeBytes, Buffer.byteLength(key));
      assert.match(etag, /^[0-9a-f]{32}$/);
      assert.ok(Math.abs(Date.now() - (lastModifiedMs ?? 0)) < 60_000);
      assert.equal(storageClass, "STANDARD");
    }
  });

  it("lists only what is under the prefix", async () => {
    const bucket = await suite.newBucketWith(["a", "b c/1", "b c/2", "b d"]);
    const keys = async (prefix: string) => (await listAll(bucket, prefix)).map(({ key }) => key);
    assert.deepEqual(await keys("b c/"), ["b c/1", "b c/2"]);
    assert.deepEqual(await keys("nothing/"), []);
  });

  it("goes on from page to page", async () => {
    const keys = Array.from({ length: 1001 }, (_, index) => `k/${String(index).padStart(4, "0")}`);
    const objects = await listAll(await suite.newBucketWith(keys), "k/");
    assert.deepEqual(
      objects.map(({ key }) => key),
      keys,
    );
  });

  it("fails as the server says", async () => {
    const bucket = suite.open("there-is-no-such-bucket");
    await assert.rejects(listAll(bucket), (error) => error instanceof ServiceError && error.awsCode === "NoSuchBucket");
  });
});

const TIME = "2026-01-02T03:04:05.678Z";
const entry = (key: string, more = "") =>
  `<Contents><Key>${key}</Key><LastModified>${TIME}</LastModified><ETag>&quot;e&quot;</ETag><Size>7</Size>${more}</Contents>`;
const page = (content: string, token = "") =>
  `<?xml version="1.0"?>\n<ListBucketResult xmlns="x"><IsTruncated>${token !== ""}</IsTruncated>${content}${
    token && `<NextContinuationToken>${token}</NextContinuationToken>`
  }</ListBucketResult>`;
const encoded = "<EncodingType>url</EncodingType>";
const unended = (content: string) => page(content).replace("<IsTruncated>false</IsTruncated>", "<Name>b</Name>");
const truncated = (content: string) => page(content).replace(">false<", ">true<");

describe("a listing's page", () => {
  const object = (key: string): RemoteObject => ({
    key,
    sizeBytes: 7,
    etag: "e",
    lastModifiedMs: Date.parse(TIME),
    storageClass: "STANDARD",
  });
  const listOne = async (xml: string) => listAll(answeringBucket(xml).bucket);

  it("has encoded keys only where it says so", async () => {
    assert.deepEqual(await listOne(page(`${encoded}${entry("a+b%2Bc%F0%9F%98%80")}`)), [object("a b+c😀")]);
    assert.deepEqual(await listOne(page(entry("a+b%2Bc"))), [object("a+b%2Bc")]);
  });

  it("has references in keys, those to control characters among them", async () => {
    assert.deepEqual(await listOne(page(entry("&#x1;&#13;&amp;amp;&lt;😀"))), [object("\u0001\r&amp;<😀")]);
    assert.deepEqual(await listOne(page(entry("&constructor;"))), [object("&constructor;")]);
  });

  it("may be written in other ways", async () => {
    const owner = "<Owner><ID>id</ID><DisplayName>name</DisplayName></Owner>";
    const pretty = entry("b", owner).replaceAll("><", ">\n  <");
    assert.deepEqual(await listOne(page(`${entry("a", owner)}\n${pretty}`)), [object("a"), object("b")]);
    assert.deepEqual(await listOne(page(`${entry("<![CDATA[a&b]]>")}`)), [object("a&b")]);
    assert.deepEqual(await listOne(page(entry("a").replace("<Size>", '<Size unit="bytes">'))), [object("a")]);
    assert.deepEqual(await listOne(page(entry("a", "<Owner/>"))), [object("a")]);
    assert.deepEqual(await listOne(page(entry("a").replaceAll("&quot;", '"'))), [object("a")]);
  });

  it("tells the storage class", async () => {
    const more = "<StorageClass>GLACIER</StorageClass>";
    assert.deepEqual(await listOne(page(entry("a", more))), [{ ...object("a"), storageClass: "GLACIER" }]);
  });

  it("tells the algorithm of the checksum", async () => {
    for (const checksumAlgorithm of ["CRC32", "CRC64NVME"]) {
      const more = `<ChecksumAlgorithm>${checksumAlgorithm}</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType>`;
      assert.deepEqual(await listOne(page(entry("a", more))), [{ ...object("a"), checksumAlgorithm }]);
      // A comment is left to the XML parser.
      assert.deepEqual(await listOne(page(`<!-- -->${entry("a", more)}`)), [{ ...object("a"), checksumAlgorithm }]);
    }
  });

  const garbage: [title: string, xml: string, message: RegExp][] = [
    ["another page", "<html><body>Sign in</body></html>", /no ListBucketResult/],
    ["nothing", "", /no ListBucketResult/],
    ["half a page", page(entry("a")).slice(0, -30), /no ListBucketResult/],
    ["half an entry", page(entry("a")).slice(0, 120), /no ListBucketResult/],
    ["an odd size", page(entry("a").replace(">7<", ">seven<")), /size or time of "a"/],
    ["a negative size", page(entry("a").replace(">7<", ">-7<")), /size or time of "a"/],
    ["an odd time", page(entry("a").replace(TIME, "yesterday")), /size or time of "a"/],
    ["no key", page(entry("")), /without a readable key/],
    ["a key that cannot be decoded", page(`${encoded}${entry("a%E9")}`), /without a readable key/],
    ["no word on its end", "<ListBucketResult></ListBucketResult>", /whether it is complete/],
    ["no way on", page("").replace("false", "true"), /how to continue/],
  ];
  for (const [title, xml, message] of garbage) {
    it(`is refused: ${title}`, async () => {
      await assert.rejects(listOne(xml), (error) => {
        assert.ok(error instanceof ServiceError);
        assert.equal(error.awsCode, NOT_S3);
        assert.match(error.message, message);
        return true;
      });
    });
  }

  it("may tell only keys", async () => {
    const more = { sizeBytes: undefined, etag: "", lastModifiedMs: undefined };
    for (const xml of ["<Key>a</Key>", "<Key>a</Key><Size></Size><LastModified></LastModified><ETag/>"]) {
      assert.deepEqual(await listOne(page(`<Contents>${xml}</Contents>`)), [{ ...object("a"), ...more }]);
    }
  });

  const endings: [title: string, pages: string[], asked: Record<string, string>[]][] = [
    ["is the last one if it says so", [page(entry("a")), page(entry("b"))], []],
    ["is the last one if it does not say so", [unended(entry("a")), page(entry("b"))], []],
    [
      "is followed by its token's",
      [unended(`${entry("a")}<NextContinuationToken>t</NextContinuationToken>`), page(entry("b"))],
      [{ "continuation-token": "t" }],
    ],
    [
      "is followed by its marker's",
      [truncated(`${entry("a")}<NextMarker>a</NextMarker>`), page(entry("b"))],
      [{ marker: "a" }],
    ],
    [
      "is followed by its encoded marker's",
      [truncated(`${encoded}${entry("a")}<NextMarker>a%20b</NextMarker>`), page(entry("b"))],
      [{ marker: "a b" }],
    ],
    ["is followed by its last key's", [truncated(entry("a")), page(entry("b"))], [{ marker: "a" }]],
  ];
  for (const [title, pages, asked] of endings) {
    it(title, async () => {
      const { bucket, requests } = answeringBucket(...pages);
      assert.deepEqual(await listAll(bucket), [object("a"), ...(asked.length > 0 ? [object("b")] : [])]);
      const position = requests.slice(1).map(({ query = {} }) => {
        const { "encoding-type": _, "max-keys": __, prefix: ___, "list-type": type, ...rest } = query;
        return [type, rest];
      });
      assert.deepEqual(
        position,
        asked.map((rest) => ["marker" in rest ? undefined : "2", rest]),
      );
    });
  }

  it("is followed by its last key's if it is full, whether it says so or not", async () => {
    const keys = Array.from({ length: 1000 }, (_, index) => `k${String(index).padStart(3, "0")}`);
    const { bucket, requests } = answeringBucket(unended(keys.map((key) => entry(key)).join("")), page(entry("z")));
    assert.equal((await listAll(bucket)).length, 1001);
    assert.equal(requests[1]?.query?.marker, "k999");
  });

  it("may begin with the last key of the one before", async () => {
    const { bucket } = answeringBucket(page(entry("a"), "t"), page(entry("a") + entry("b")));
    assert.deepEqual(await listAll(bucket), [object("a"), object("b")]);
  });

  it("has keys as they are if they show that they are not encoded", async () => {
    assert.deepEqual(await listOne(page(`${encoded}${entry("a b+c")}${entry("é%20")}`)), [
      object("a b+c"),
      object("é%20"),
    ]);
  });

  it("may be empty and not the last", async () => {
    const { bucket, requests } = answeringBucket(page("", "t1"), page(entry("a")));
    assert.deepEqual(await listAll(bucket), [object("a")]);
    assert.deepEqual(
      requests.map(({ query }) => query?.["continuation-token"]),
      [undefined, "t1"],
    );
  });

  const waysOn: [title: string, first: string][] = [
    ["with references in it", page("", "t&amp;1&#x2b;")],
    [
      "between blanks, after other elements",
      page("<Prefix/>\n <Delimiter />\n", "t&amp;1+").replaceAll("><", ">\n  <"),
    ],
    ["with attributes", page("", "t&amp;1+").replace("<NextContinuationToken>", '<NextContinuationToken a="b">')],
    ["beside an element of elements", page("<CommonPrefixes><Prefix>p</Prefix></CommonPrefixes>", "t&amp;1+")],
    ["beside elements of one name", page("<Prefix>p</Prefix><Prefix>q</Prefix>", "t&amp;1+")],
  ];
  for (const [title, first] of waysOn) {
    it(`goes on by its token ${title}`, async () => {
      const { bucket, requests } = answeringBucket(first, page(entry("a")));
      assert.deepEqual(await listAll(bucket), [object("a")]);
      assert.equal(requests[1]?.query?.["continuation-token"], "t&1+");
    });
  }

  it("that points back to one before ends the listing with an error", async () => {
    const { bucket } = answeringBucket(page("", "t1"), page("", "t2"), page("", "t1"));
    await assert.rejects(listAll(bucket), /repeats itself/);
  });

  it("that a marker brings again ends the listing with an error", async () => {
    await assert.rejects(listAll(answeringBucket(truncated(entry("a"))).bucket), /repeats itself/);
  });

  it("without objects is followed by others, but not for ever", async () => {
    let pages = 0;
    const bucket: Bucket = {
      ...answeringBucket("").bucket,
      send: async () => ({ status: 200, headers: {}, body: Buffer.from(page("", `t${++pages}`)) }),
    };
    await assert.rejects(listAll(bucket), /more than 1000 pages in a row without an object/);
    const { signal } = new AbortController();
    await assert.rejects(listFolders(bucket, "", signal), /more than 1000 pages in a row without an object/);
  });

  it("that is hostile costs little: spaces, elements without an end, references without an end", async () => {
    const started = process.cpuUsage();
    for (const hostile of [" ", "<a>", "&a", "<Contents>", "</ListBucketResult>", "<Contents><a></a>"]) {
      await listAll(answeringBucket(page(hostile.repeat(100_000))).bucket).catch(() => undefined);
    }
    const { user } = process.cpuUsage(started);
    assert.ok(user < 10_000_000, `${user / 1000} ms`);
  });

  it("shows no more of a key than a key can have", async () => {
    const { bucket } = answeringBucket(page(entry("b".repeat(1_000_000)) + entry("a")));
    await assert.rejects(listAll(bucket, "a"), ({ message }: Error) => message.length < 1500);
  });

  it("must not have keys outside the prefix", async () => {
    const { bucket } = answeringBucket(page(entry("a")));
    await assert.rejects(listAll(bucket, "b/"), (error) => {
      assert.ok(error instanceof ListingError);
      assert.match(error.message, /what is under "b\/".* listed "a"/);
      return true;
    });
  });

  const unsorted: [title: string, pages: string[], sorted: string[]][] = [
    ["within a page", [page(entry("b") + entry("a"))], ["a", "b"]],
    ["over pages", [page(entry("b"), "t"), page(entry("a") + entry("b"))], ["a", "b"]],
    ["as UTF-16's units are", [page(entry("😀") + entry("\uffee"))], ["\uffee", "😀"]],
  ];
  for (const [title, pages, sorted] of unsorted) {
    it(`ends a listing in order if keys are in another one ${title}, and the next listing is sorted`, async () => {
      const { bucket, givenUp } = answeringBucket(...pages, ...pages);
      await assert.rejects(listAll(bucket), UnsortedListingError);
      assert.deepEqual(givenUp, ["listingOrder"]);
      const again = { ...answeringBucket(...pages).bucket, hasGivenUp: () => true };
      assert.deepEqual(await listAll(again), sorted.map(object));
    });

    it(`has keys in the store's own order, ${title}, for who does not mind`, async () => {
      const keys = (await listAll(answeringBucket(...pages).bucket, "", listObjects)).map(({ key }) => key);
      assert.deepEqual([...new Set(keys)], sorted.toReversed());
    });
  }

  it("is asked for while the caller works on the one before, and given up where nobody wants it", async () => {
    const { bucket, requests } = answeringBucket(page(entry("a"), "t1"), page(entry("b"), "t2"), page(entry("c")));
    for await (const { key } of listObjects(bucket, "", signal)) {
      if (key === "a") assert.equal(requests.length, 2);
      if (key === "b") break;
    }
    assert.equal(requests.length, 3);
    assert.ok(requests.every((request) => request.signal?.aborted));
  });

  it("that fails is told after the objects of the one before", async () => {
    const failure = new Error("lost");
    const { bucket } = answeringBucket(page(entry("a"), "t1"), failure);
    const seen: string[] = [];
    await assert.rejects(async () => {
      for await (const { key } of listObjects(bucket, "", signal)) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        seen.push(key);
      }
    }, failure);
    assert.deepEqual(seen, ["a"]);
  });
});
