import assert from "node:assert/strict";
import { describeOutcome } from "../../src/site/describe-outcome.ts";
import type { PreparedSite } from "../../src/site/plan/prepared-site.ts";
import type { SiteReport } from "../../src/site/publish-record.ts";

const siteUrl = new URL("https://www.example.com/");
const undelegatedUrl = new URL("https://d1.cloudfront.net/");
const site = {
  address: { siteUrl, undelegatedUrl, edge: "cloudfront", answersBy: "rest" },
  distribution: { id: "E1" },
} as unknown as PreparedSite;
const options = {
  domain: { domainName: "www.example.com", redirectDomains: [], createHostedZone: true },
  verify: true,
};
const checks = { checksCount: 5, failuresCount: 0, siteUrl };
const report = (more: Partial<SiteReport>): SiteReport => ({
  counts: { filesNew: 1, filesUpdated: 0, filesUnchanged: 0, filesDeleted: 0, bytesTransferred: 1 },
  errors: [],
  failures: new Map(),
  done: new Set(),
  invalidations: [],
  nameServers: [],
  undelegated: [],
  ...more,
});
const release = (number: number, content = number) => ({ number, content: { number: content } });

describe("The outcome of a publish", () => {
  const notKept =
    "earlier releases are not kept. Set keepReleases, for example to 5, to be able to roll back in seconds";

  it("has the checks, each invalidation, and the name servers of a domain that visitors do not find yet", () => {
    const failure = { code: "invalidation-pending", message: "It was not complete within one minute." } as const;
    const invalidations = [
      { paths: ["/index.html", "/"], id: "I1", isBegun: true, isCompleted: true },
      { paths: ["/old.html"], id: "I2", isBegun: true, isCompleted: false },
      { paths: ["/*"], isBegun: false, isCompleted: false, failure },
    ];
    const outcome = describeOutcome(
      site,
      options,
      report({
        invalidations,
        nameServers: ["ns-1.example.net", "ns-2.example.net"],
        undelegated: ["www.example.com"],
        checks: { ...checks, siteUrl: undelegatedUrl },
      }),
    );
    assert.deepEqual(outcome, {
      siteUrl: undelegatedUrl,
      checks: ["5 URLs of https://d1.cloudfront.net/ checked: all return what was published"],
      facts: [
        { what: "Invalidation", text: "I1, 2 paths of the distribution E1: completed" },
        {
          what: "Invalidation",
          text: "I2, /old.html of the distribution E1: in progress, usually for one or two minutes",
        },
        {
          what: "Invalidation",
          text: "/* of the distribution E1: It was not complete within one minute. [invalidation-pending]",
        },
        {
          what: "Name servers",
          text: "visitors do not find www.example.com yet. Where the domain is registered, set these name servers: ns-1.example.net, ns-2.example.net",
        },
        { what: "Rollback", text: notKept },
      ],
    });
  });

  const errors = [{ code: "server-error", message: "It failed." }] as const;
  const noUrl = { ...site, address: { edge: "none", answersBy: "unknown" } } as unknown as PreparedSite;
  const checked: [what: string, told: string, more: Partial<SiteReport>, verify: boolean, of: PreparedSite][] = [
    [
      "some answer otherwise",
      `5 URLs of ${siteUrl} checked: 2 do not return what was published`,
      { checks: { ...checks, failuresCount: 2 } },
      true,
      site,
    ],
    ["verify is off", "the site was not checked, because verify is off", {}, false, site],
    [
      "something failed before",
      "the site was not checked, because an earlier part of the step failed",
      { errors },
      true,
      site,
    ],
    ["nobody knows its URL", "the site was not checked. Enter siteUrl, the URL that visitors use", {}, true, noUrl],
    ["it has no index document", "the site was not checked, because it has no index document", {}, true, site],
  ];
  for (const [what, told, more, verify, of] of checked)
    it(`says of the checks, if ${what}: ${told}`, () =>
      assert.deepEqual(describeOutcome(of, { ...options, verify }, report(more)).checks, [told]));

  const releases: [what: string, told: string, more: object, kept: readonly number[], keepReleases: number][] = [
    [
      "is the first",
      "this is release 1. No earlier release is kept yet",
      { release: release(1), releases: [release(1)] },
      [],
      3,
    ],
    [
      "has others before it",
      "this is release 3. To restore another one, run this task with action: rollback and rollbackTo: 2, 1",
      { release: release(3), releases: [release(1), release(2), release(3)] },
      [1, 2],
      3,
    ],
    [
      "did not complete",
      "this step did not complete, and visitors may see a part of it. To restore another one, run this task with action: rollback and rollbackTo: 2, 1",
      {},
      [1, 2],
      3,
    ],
    ["is the last that is kept", notKept, { release: release(3) }, [1, 2], 0],
  ];
  for (const [what, told, more, kept, keepReleases] of releases)
    it(`says how to roll back, if the release ${what}`, () => {
      const records = kept.map((number) => release(number));
      const before = { records, live: records.at(-1), lastNumber: records.length };
      const withReleases = { ...site, releases: { before, keepReleases } } as unknown as PreparedSite;
      const { facts } = describeOutcome(withReleases, options, report(more as Partial<SiteReport>));
      assert.deepEqual(facts, [{ what: "Rollback", text: told }]);
    });

  it("is only where the site is, if nothing was done", () =>
    assert.deepEqual(describeOutcome(site, options, undefined), { siteUrl, checks: [], facts: [] }));
});
