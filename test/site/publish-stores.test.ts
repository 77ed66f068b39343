import assert from "node:assert/strict";
import { DeleteBucketCommand, DeletePublicAccessBlockCommand } from "@aws-sdk/client-s3";
import {
  listsByFolder,
  listsInNoOrder,
  listsWithout,
  listsWithoutEtags,
  tellsNoEtags,
} from "../../local/s3/listing-personas.ts";
import { hasNoPublicAccessBlock, keepsObjectsAsFiles, listsForSettings, type Persona } from "../../local/s3/persona.ts";
import { MANIFEST_NAME } from "../../src/site/manifest/manifest.ts";
import { listKeys } from "../tasks/upload-step.ts";
import { publishBench } from "./publish-bench.ts";

const SITE = { "index.html": "home", "a.html": "a", "a/b.html": "b", "logo.svg": "<svg/>", "team.html": "team" };

const stores: [title: string, persona: Persona][] = [
  ["walks folders for listings", listsByFolder],
  ["lists keys in no order", listsInNoOrder],
  ["lists no ETags", listsWithoutEtags],
  ["lists neither sizes nor ETags", listsWithout("ETag", "Size")],
  ["tells ETags only with the content", tellsNoEtags],
];
for (const [title, persona] of stores) {
  describe(`a publish to a store that ${title}`, () => {
    const bench = publishBench({ persona });

    it("stores what changed, leaves the rest, and deletes what the site has no more", async () => {
      const place = await bench.newPlace(SITE, { maxDelete: { kind: "count", count: 1 } });
      await place.publish();
      const again = await place.publish();
      assert.deepEqual([again.report?.errors, again.report?.counts.filesUnchanged], [[], 5]);
      place.edit({ "a.html": "A", "a/b.html": undefined });
      const { report } = await place.publish();
      const { filesNew, filesUpdated, filesUnchanged, filesDeleted } = report?.counts ?? {};
      assert.deepEqual([report?.errors, filesNew, filesUpdated, filesUnchanged, filesDeleted], [[], 0, 1, 3, 1]);
      const keys = await listKeys(bench.target, place.bucketName);
      assert.deepEqual(keys.sort(), [MANIFEST_NAME, "a.html", "index.html", "logo.svg", "team.html"]);
    });
  });
}

describe("a publish to a store that keeps objects as files", () => {
  const bench = publishBench({ persona: keepsObjectsAsFiles });
  const redirects = { _redirects: "/old /new.html 301\n/a /new.html 301\n/x/y /new.html 301\n" };
  const files = { "index.html": "home", "new.html": "new", "a/b.html": "b" };
  const website = { siteUrl: new URL("http://site.example/"), configureWebsite: true };

  it("stores of two redirects the one in the folder, says so once, and settles", async () => {
    const place = await bench.newPlace({ ...files, ...redirects }, website);
    for (const round of ["first", "second"]) {
      const { report, log } = await place.publish();
      assert.deepEqual(report?.errors, [], round);
      assert.deepEqual(
        log.filter((line) => line.startsWith("warning")),
        [
          "warning: 3 redirects, for example /old, are not stored: this store does not allow an object whose key is also a folder of other objects. The files in that folder were published. Remove the redirect from _redirects, or configure it in the CDN. [site-rule-skipped]",
        ],
      );
      assert.deepEqual(await place.names(), [
        "a/b.html",
        "a/index.html",
        "index.html",
        "new.html",
        "old/index.html",
        "x/y/index.html",
      ]);
    }
    const manifest = JSON.parse(await place.text(MANIFEST_NAME));
    const names = manifest.objects.map(({ name, pending }: { name: string; pending?: object }) => [name, pending]);
    assert.deepEqual(
      names.sort(),
      (await place.names()).map((name) => [name, undefined]),
    );
  });

  it("keeps the redirect that is there, if the folder cannot be made", async () => {
    const place = await bench.newPlace({ ...files, _redirects: "/old /new.html 301\n" }, website);
    await place.put("old", "");
    const { report, log } = await place.publish();
    assert.deepEqual(report?.errors, []);
    assert.ok(
      log.some((line) => line.startsWith("warning: The redirect /old/ is not stored: ")),
      log.join("\n"),
    );
    assert.deepEqual(await place.names(), ["a/b.html", "index.html", "new.html", "old"]);
    assert.equal((await place.head("old")).WebsiteRedirectLocation, "/new.html");
  });

  it("fails if a redirect is refused for itself", async () => {
    const place = await bench.newPlace({ ...files, _redirects: "/old /new.html 301\n" }, website);
    const refused = { kind: "status", status: 400, code: "InvalidRequest", message: "no redirects" } as const;
    const match = { bucket: place.bucketName, operation: "PutObject" };
    const faults = ["old", "old/index.html"].map((key) =>
      bench.target.server.addFault({ match: { ...match, key }, action: refused }),
    );
    const { report } = await place.publish();
    for (const fault of faults) fault.remove();
    assert.deepEqual(
      report?.errors.map(({ message }) => message.replace(/: .*/, "")),
      ["old was not uploaded", "old/index.html was not uploaded"],
    );
  });
});

describe("a publish to a new bucket of a store without websites", () => {
  const bench = publishBench({ persona: listsForSettings });

  it("ends before anything is stored", async () => {
    const place = await bench.newPlace({ "index.html": "home" }, { configureWebsite: true });
    await bench.target.client().send(new DeleteBucketCommand({ Bucket: place.bucketName }));
    bench.target.server.clearRequests();
    const { report } = await place.publish();
    assert.deepEqual(
      report?.errors.map(({ code }) => code),
      ["bucket-setting-not-supported"],
    );
    const writes = bench.target.server.requests.filter(({ method }) => method === "PUT");
    assert.deepEqual(
      writes.map(({ operation }) => operation),
      ["CreateBucket"],
    );
  });
});

describe("a publish to a store without Block Public Access", () => {
  const bench = publishBench({ persona: hasNoPublicAccessBlock });

  it("lets everybody read, and unblocks nothing", async () => {
    const place = await bench.newPlace({ "index.html": "home" }, { publicRead: true });
    await bench.target.client().send(new DeletePublicAccessBlockCommand({ Bucket: place.bucketName }));
    bench.target.server.clearRequests();
    const { report } = await place.publish();
    assert.deepEqual(report?.errors, []);
    const writes = bench.target.server.requests.filter(({ method, key }) => method === "PUT" && key === undefined);
    assert.deepEqual(
      writes.map(({ operation }) => operation),
      ["PutBucketPolicy"],
    );
  });
});
