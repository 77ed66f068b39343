import assert from "node:assert/strict";
import type { Distribution } from "../../../src/site/cloudfront/distribution.ts";
import { objectsToInvalidate } from "../../../src/site/cloudfront/objects-to-invalidate.ts";
import type { PutAction } from "../../../src/sync/plan/plan.ts";
import { plainDistribution } from "./plain-distribution.ts";

const keeping = (errorCode: number, cachingMinTtlSeconds?: number): Distribution => ({
  ...plainDistribution,
  customErrorResponses: [{ errorCode, ...(cachingMinTtlSeconds === undefined ? {} : { cachingMinTtlSeconds }) }],
});
const blogMoved = { condition: { keyPrefix: "blog/" }, redirect: { replaceKeyPrefixWith: "news/" } };

const stored = [put("app.3f2a1b9c0d4e5f6a7b8c.js", false), put("new.html", false), put("about.html", true)];
const onlyReplaced = ["gone.html", "about.html"];
const newToo = ["gone.html", "new.html", "about.html"];

describe("the objects of which caches may hold another form", () => {
  const cases: [title: string, distribution: Distribution, hasRules: boolean, names: readonly string[]][] = [
    ["are those that were replaced, or deleted before", plainDistribution, false, onlyReplaced],
    ["are no others where errors are kept as long as by default", keeping(404), false, onlyReplaced],
    ["are no others where errors are kept for 10 seconds", keeping(404, 10), false, onlyReplaced],
    ["are no others where errors of the origin itself are kept for long", keeping(503, 300), false, onlyReplaced],
    [
      "are new ones too, less fingerprinted ones, where it is kept for long that they are missing",
      keeping(404, 300),
      false,
      newToo,
    ],
    ["are new ones too where that is kept of a bucket that nobody may list", keeping(403, 300), false, newToo],
    [
      "are new ones too where a website endpoint may have redirected",
      { ...plainDistribution, originKind: "website" },
      true,
      newToo,
    ],
    ["are no others where routing rules do nothing", plainDistribution, true, onlyReplaced],
  ];
  for (const [title, distribution, hasRules, names] of cases) {
    it(title, () => {
      const website = { indexDocument: "index.html", routingRules: hasRules ? [blogMoved] : [] };
      const site = { deletedBefore: ["gone.html"], distribution, website, objects: new Map() };
      assert.deepEqual(objectsToInvalidate(site, {}, stored), names);
    });
  }

  it("are those whose names only look as if they had a hash, though they are new", () => {
    const name = "app.3f2a1b9c0d4e5f6a7b8c.js";
    const object = { relativeKey: name, kind: "asset", headers: {}, reusesName: true } as const;
    const website = { indexDocument: "index.html", routingRules: [] };
    const site = { deletedBefore: [], distribution: plainDistribution, website, objects: new Map([[name, object]]) };
    assert.deepEqual(objectsToInvalidate(site, {}, [put(name, false), put("new.html", false)]), [name]);
  });
});

function put(relativeKey: string, replaces: boolean): PutAction {
  return { kind: "put", path: relativeKey, relativeKey, sizeBytes: 1, reason: "", replaces };
}
