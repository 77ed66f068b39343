import assert from "node:assert/strict";
import type { RoutingRule, WebsiteConfiguration } from "../../../src/s3/buckets/website-configuration.ts";
import type { Distribution } from "../../../src/site/cloudfront/distribution.ts";
import { objectsToInvalidate } from "../../../src/site/cloudfront/objects-to-invalidate.ts";
import { redirectsToInvalidate } from "../../../src/site/cloudfront/redirects-to-invalidate.ts";
import type { WebsiteChange } from "../../../src/site/hosting/shared-website.ts";
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

describe("the redirects of which caches may hold another form", () => {
  const rule = (keyPrefix: string, replaceKeyPrefixWith: string) => ({
    condition: { keyPrefix },
    redirect: { replaceKeyPrefixWith },
  });
  const [a, b, c] = [rule("docs/a/", "docs/x/"), rule("docs/b/", "docs/x/"), rule("docs/c/", "docs/x/")];
  const other = rule("other/", "x/");
  const hosting = (...routingRules: RoutingRule[]) => ({ indexDocument: "index.html", routingRules });
  const before: WebsiteConfiguration = hosting(a, b, b, c, other);
  const cases: [title: string, change: WebsiteChange | undefined, redirects: readonly string[], invalidate?: "all"][] =
    [
      ["are none where the website was not changed", undefined, []],
      ["are none where a rule is only said once now", { before, after: hosting(a, b, c, other) }, []],
      ["are one that is gone", { before, after: hosting(a, c, other) }, ["b/"]],
      ["are one that is new", { before: hosting(a, c), after: hosting(a, b, c) }, ["b/"]],
      ["are one that leads elsewhere", { before, after: hosting(a, b, rule("docs/c/", "docs/y/"), other) }, ["c/"]],
      ["are those that changed places", { before, after: hosting(a, c, b, other) }, ["b/", "c/"]],
      ["are none of other sites", { before, after: hosting(a, b, c) }, []],
      ["are the whole site where all is invalidated", { before, after: hosting(a, c, other) }, [""], "all"],
      [
        "are none where all is invalidated and nothing changed",
        { before, after: hosting(a, b, b, c, other) },
        [],
        "all",
      ],
      [
        "are the whole site where the bucket redirected all",
        { before: { redirectAllRequestsTo: { hostName: "example.com" } }, after: hosting(a) },
        [""],
      ],
    ];
  for (const [title, change, redirects, invalidate = "changed"] of cases) {
    it(title, () => {
      const distribution: Distribution = { ...plainDistribution, originKind: "website" };
      const wanted = { id: "E1", invalidate, waitForInvalidation: true, invalidationTimeoutMs: 1 } as const;
      const options = { prefix: "docs/", distribution: wanted };
      assert.deepEqual(redirectsToInvalidate({ distribution }, options, change), redirects);
      assert.deepEqual(redirectsToInvalidate({ distribution: plainDistribution }, options, change), []);
    });
  }
});

function put(relativeKey: string, replaces: boolean): PutAction {
  return { kind: "put", path: relativeKey, relativeKey, sizeBytes: 1, reason: "", replaces };
}
