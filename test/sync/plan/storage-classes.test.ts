import assert from "node:assert/strict";
import { keepsNoStorageClasses } from "../../../local/s3/persona.ts";
import { startEmbeddedTarget } from "../../target.ts";
import { SETTINGS, SyncBench } from "./sync-bench.ts";

const inClass = (name: string, more: Record<string, string> = {}) => ({
  settings: { ...SETTINGS, headersFor: () => ({ "x-amz-storage-class": name, ...more }) },
});
const advice =
  "They were not changed, because the task cannot detect whether this store supports storage classes. If it does, run the step once with overwrite: always. If not, leave storageClass empty.";
const warning = (message: string) => [
  { kind: "warning", input: "storageClass", code: "storage-class-not-kept", message: `${message} ${advice}` },
];
const counts = { filesNew: 0, filesUpdated: 0, filesUnchanged: 0, filesDeleted: 0, bytesTransferred: 0 };

describe("an upload with a storage class to a store that keeps none", () => {
  const bench = new SyncBench(() => startEmbeddedTarget({ persona: keepsNoStorageClasses }));
  const operations = () => bench.target.server?.requests.map(({ operation }) => operation);

  it("stores objects once, and says in later runs that they have another class", async () => {
    const source = bench.folder();
    source.write(new Map(["a", "b", "c"].map((name) => [name, Buffer.from(name)])));
    await bench.upload(source.path, "", inClass("STANDARD_IA"));
    bench.target.server?.clearRequests();
    const { actions, remarks } = await bench.planUpload(source.path, "", inClass("STANDARD_IA"));
    const reason = "x-amz-storage-class differs, and may not be kept";
    assert.deepEqual(
      actions.map(({ kind, path, reason }) => [kind, path, reason]),
      ["a", "b", "c"].map((path) => ["skip", path, reason]),
    );
    const objects = "3 unchanged objects, for example a, are in the storage class STANDARD, and not in STANDARD_IA.";
    assert.deepEqual(remarks, warning(objects));
    assert.deepEqual(await bench.upload(source.path, "", inClass("STANDARD_IA")), { ...counts, filesUnchanged: 3 });
    assert.deepEqual(operations(), ["ListObjectsV2", "ListObjectsV2"]);
  });

  it("changes other headers, once", async () => {
    const source = bench.folder();
    source.write(new Map([["a", Buffer.from("a")]]));
    const more = inClass("STANDARD_IA", { "cache-control": "no-cache" });
    await bench.upload(source.path, "h/", inClass("STANDARD_IA"));
    assert.deepEqual(await bench.upload(source.path, "h/", more), { ...counts, filesUpdated: 1 });
    const { actions, remarks } = await bench.planUpload(source.path, "h/", more);
    assert.deepEqual(
      actions.map(({ kind }) => kind),
      ["skip"],
    );
    assert.deepEqual(remarks, warning("h/a is in the storage class STANDARD, and not in STANDARD_IA."));
  });
});

describe("an upload with another storage class to a store that keeps them", () => {
  const bench = new SyncBench(startEmbeddedTarget);

  it("changes that of unchanged objects as soon as an object is in any class but STANDARD", async () => {
    const source = bench.folder();
    source.write(new Map(["a", "b"].map((name) => [name, Buffer.from(name)])));
    await bench.upload(source.path, "");
    assert.deepEqual(await bench.upload(source.path, "", inClass("STANDARD_IA")), { ...counts, filesUnchanged: 2 });
    source.write(new Map(["a", "b", "c"].map((name) => [name, Buffer.from(name)])));
    const first = await bench.upload(source.path, "", inClass("STANDARD_IA"));
    assert.deepEqual(first, { ...counts, filesNew: 1, filesUnchanged: 2, bytesTransferred: 1 });
    const second = await bench.upload(source.path, "", inClass("STANDARD_IA"));
    assert.deepEqual(second, { ...counts, filesUpdated: 2, filesUnchanged: 1 });
    const third = await bench.planUpload(source.path, "", inClass("STANDARD_IA"));
    assert.deepEqual([third.actions.map(({ kind }) => kind), third.remarks], [["skip", "skip", "skip"], []]);
  });
});
