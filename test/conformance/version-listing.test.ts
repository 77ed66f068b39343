import assert from "node:assert/strict";
import type { ListObjectVersionsCommandInput } from "@aws-sdk/client-s3";
import { conformance, refusalOf } from "./conformance.ts";
import { putVersion, removeVersion, versionsOf, withVersions } from "./versioned-bucket.ts";

conformance("listing versions", (behaves) => {
  behaves("lists versions by key, under a prefix, and rolled up", async (subject) => {
    await withVersions(subject, async (versioned) => {
      const ids: Record<string, string> = {};
      for (const key of ["b", "a/2", "a/1", "c"]) ids[key] = await putVersion(versioned, key, key);
      const line = (key: string) => `${key}=${ids[key]}*`;
      assert.deepEqual((await versionsOf(versioned)).versions, ["a/1", "a/2", "b", "c"].map(line));
      assert.deepEqual((await versionsOf(versioned, { Prefix: "a/" })).versions, ["a/1", "a/2"].map(line));
      const rolled = await versionsOf(versioned, { Delimiter: "/" });
      assert.deepEqual([rolled.versions, rolled.prefixes], [["b", "c"].map(line), ["a/"]]);
    });
  });

  behaves("pages through versions, one at a time", async (subject) => {
    await withVersions(subject, async (versioned) => {
      const ids = [
        await putVersion(versioned, "a", "1"),
        await putVersion(versioned, "b", "1"),
        await putVersion(versioned, "b", "2"),
      ];
      const { versionId: marker } = await removeVersion(versioned, "b");
      const listed: string[] = [];
      let more: Partial<ListObjectVersionsCommandInput> | undefined = {};
      for (let pages = 0; more !== undefined && pages < 10; pages++) {
        const page = await versionsOf(versioned, { MaxKeys: 1, ...more });
        listed.push(...page.versions, ...page.markers);
        more = page.next;
      }
      assert.deepEqual(listed, [`a=${ids[0]}*`, `b=${marker}*`, `b=${ids[2]}`, `b=${ids[1]}`]);
      const afterKey = await versionsOf(versioned, { KeyMarker: "a" });
      assert.deepEqual([...afterKey.markers, ...afterKey.versions], listed.slice(1));
    });
  });

  behaves("refuses to list from a version without its key", async (subject) => {
    await withVersions(subject, async (versioned) => {
      const one = await putVersion(versioned, "k", "one");
      const refusal = await refusalOf(versionsOf(versioned, { VersionIdMarker: one }));
      assert.deepEqual(refusal, { status: 400, code: "InvalidArgument" });
    });
  });
});
