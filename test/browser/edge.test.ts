import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { StepResult } from "../../local/agent/agent.ts";
import {
  type ControlPlaneStub,
  type StubRequest,
  startControlPlaneStub,
} from "../site/control-plane/control-plane-stub.ts";
import { assertSucceeded } from "../tasks/step-result.ts";
import { SourceFolder } from "../tasks/upload-step.ts";
import { type EdgeCache, startEdgeCache } from "./edge-cache.ts";
import { PublishedSite } from "./published-site.ts";

/** The path of nginx, where `NGINX` names one. */
const nginx = process.env.NGINX;
const DISTRIBUTION_ID = "E2EXAMPLE1ABCD";
const CREATED = { body: "<Invalidation><Id>I1</Id><Status>Completed</Status></Invalidation>" };

const SITE = {
  "index.html": "home",
  "about.html": "about",
  "gone.html": "gone",
  "guide/index.html": "guide",
  "guide/marée & basin.html": "basin",
  "map/index.html": "map",
  "map/east.html": "east",
  "logo.svg": "<svg/>",
};
const EDITS = {
  "index.html": "home 2",
  "guide/marée & basin.html": "basin 2",
  "map/index.html": "map 2",
  "map/east.html": "east 2",
};

/** What visitors ask for, and get of the site and of the edited one. */
const OLD = {
  "/": "home",
  "/index.html": "home",
  "/about.html": "about",
  "/gone.html": "gone",
  "/guide/": "guide",
  "/guide/mar%C3%A9e%20&%20basin.html": "basin",
  "/map/": "map",
  "/map/east.html": "east",
  "/logo.svg": "<svg/>",
};
const CHANGED = {
  "/": "home 2",
  "/index.html": "home 2",
  "/guide/mar%C3%A9e%20&%20basin.html": "basin 2",
  "/map/": "map 2",
  "/map/east.html": "east 2",
};

describe("A site behind a cache that keeps pages", function () {
  this.timeout(120_000);
  let site: PublishedSite;
  let source: SourceFolder;
  let edge: EdgeCache;
  let cloudFront: ControlPlaneStub;
  /** Of the invalidations so far. */
  let references: Set<string>;
  /** What happens when the step reads the distribution, which it does before it stores anything, and when it invalidates paths. */
  let onRead: () => Promise<void>;
  let onInvalidation: (paths: readonly string[]) => Promise<void>;

  if (!nginx) {
    it.skip("set NGINX to the path of nginx to have it keep pages");
    return;
  }

  beforeEach(async () => {
    site = await PublishedSite.open();
    edge = await startEdgeCache(nginx, site.url);
    references = new Set();
    cloudFront = await startControlPlaneStub(answer);
    source = new SourceFolder().write(SITE);
    onRead = async () => undefined;
    onInvalidation = async () => undefined;
    assertSucceeded(await publish());
    assert.deepEqual(await seen(), OLD);
    source.write(EDITS);
    rmSync(join(source.path, "gone.html"));
  });
  afterEach(async () => {
    await cloudFront?.close();
    await edge?.close();
    await site?.close();
    source?.remove();
  });

  it("shows what is new to everybody once the step has invalidated it, and keeps the rest", async () => {
    const seenBefore: Record<string, string>[] = [];
    const invalidated: (readonly string[])[] = [];
    onInvalidation = async (paths) => {
      seenBefore.push(await seen());
      invalidated.push(paths);
      edge.invalidate(paths);
    };
    assertSucceeded(await publish());
    const stored = ["/", "/guide/mar%C3%A9e%20&%20basin.html", "/index.html", "/map", "/map/*"];
    assert.deepEqual(invalidated, [stored, ["/gone.html"]]);
    assert.deepEqual(seenBefore, [OLD, { ...OLD, ...CHANGED }]);
    const kept = ["/about.html", "/guide/", "/logo.svg"].map(async (path) => (await edge.visit(path)).isHit);
    assert.deepEqual(await Promise.all(kept), [true, true, true]);
    assert.deepEqual(await seen(), { ...OLD, ...CHANGED, "/gone.html": "404" });
  });

  it("would go on showing what is old, had it been invalidated before the upload: the next visitor brings it back", async () => {
    onRead = async () => {
      edge.invalidate(["/*"]);
      assert.deepEqual(await seen(), OLD);
    };
    assertSucceeded(await publish({ invalidate: "none", verify: "false" }));
    assert.deepEqual(await seen(), OLD);
  });

  function publish(inputs: Readonly<Record<string, string>> = {}): Promise<StepResult> {
    const behind = { cloudFrontDistributionId: DISTRIBUTION_ID, siteUrl: edge.url, cachePreset: "none", ...inputs };
    return site.publish(source.path, behind, { env: { AWS_ENDPOINT_URL_CLOUDFRONT: cloudFront.url.href } });
  }

  async function seen(): Promise<Record<string, string>> {
    const answers = Object.keys(OLD).map(async (path) => {
      const { status, body } = await edge.visit(path);
      return [path, status === 200 ? body : `${status}`];
    });
    return Object.fromEntries(await Promise.all(answers));
  }

  async function answer({ line, body }: StubRequest) {
    if (line.startsWith("POST")) {
      const [, reference = ""] = /<CallerReference>(.*?)<\/CallerReference>/.exec(body) ?? [];
      // As CloudFront does with a request that is sent again because its answer was lost.
      const isKnown = references.has(reference);
      references.add(reference);
      if (isKnown) return CREATED;
      const paths = [...body.matchAll(/<Path>(.*?)<\/Path>/g)].map(([, path = ""]) => path.replaceAll("&amp;", "&"));
      await onInvalidation(paths);
    } else if (line.endsWith(DISTRIBUTION_ID)) {
      await onRead();
      return { body: distributionBefore(site.bucket) };
    }
    return CREATED;
  }
});

/** A distribution before the website of a bucket. */
function distributionBefore(bucket: string): string {
  const domainName = `${bucket}.s3-website-us-east-1.amazonaws.com`;
  const origin = `<Origin><Id>site</Id><DomainName>${domainName}</DomainName></Origin>`;
  const config = `<Enabled>true</Enabled><Origins><Items>${origin}</Items></Origins>`;
  return `<Distribution><DistributionConfig>${config}</DistributionConfig></Distribution>`;
}
