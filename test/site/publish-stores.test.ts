import assert from "node:assert/strict";
import {
  listsByFolder,
  listsInNoOrder,
  listsWithout,
  listsWithoutEtags,
  tellsNoEtags,
} from "../../local/s3/listing-personas.ts";
import type { Persona } from "../../local/s3/persona.ts";
import { MANIFEST_NAME } from "../../src/site/manifest/manifest.ts";
import { listKeys } from "../tasks/upload-step.ts";
import { PublishBench } from "./publish-bench.ts";

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
    const bench = new PublishBench().register({ persona });

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
