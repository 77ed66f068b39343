import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { awsBench } from "../tasks/publish-aws.ts";
import { assertSucceeded } from "../tasks/step-result.ts";
import type { Policy } from "./moto-with-authorization.ts";

const page = readFileSync(new URL("../../docs/permissions.md", import.meta.url), "utf8");
const statements = [...page.matchAll(/```json\n(.*?)```/gs)].flatMap(([, json = ""]) => JSON.parse(json).Statement);

/** The actions of the page's statement of that Sid. */
function actionsOf(sid: string): string[] {
  return [statements.find(({ Sid }) => Sid === sid)?.Action].flat();
}

/** moto knows no resources of CloudFront and Route 53. */
function policyOf(actions: readonly string[]): Policy {
  return { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: actions, Resource: "*" }] };
}

/** How the message begins where an action is not allowed: moto refuses in a form that is not that of these services. */
const COMPLAINTS: Readonly<Record<string, RegExp>> = {
  "cloudfront:GetDistribution": /^Reading the CloudFront distribution \w+ failed: .+ \(403,/,
  "cloudfront:CreateInvalidation": /^Invalidating the caches of the CloudFront distribution \w+ failed: .+ \(403,/,
  "cloudfront:GetInvalidation": /^The task could not check whether the invalidation \w+ .+ is complete: .+ \(403,/,
  "route53:ListHostedZonesByName": /^Looking for the hosted zone ".+" failed: .+ \(403,/,
  "route53:CreateHostedZone": /^Creating the hosted zone ".+" failed: .+ \(403,/,
  "route53:GetHostedZone": /^Reading the hosted zone \w+ failed: .+ \(403,/,
  "route53:ListResourceRecordSets": /^Reading the records of .+ failed: .+ \(403,/,
  "route53:ChangeResourceRecordSets": /^Creating records in the hosted zone \w+ failed: .+ \(403,/,
  "route53:GetChange": /^The task could not check whether Route 53 has published the new records in .+: .+ \(403,/,
};

describe("A policy of docs/permissions.md for what stands before a site, by a server that enforces it", function () {
  this.timeout(120_000);
  const aws = awsBench();
  let count = 0;
  let domain: string;
  beforeEach(() => {
    domain = `shop-${++count}.example`;
    aws.s3.createBucket(domain);
    aws.source.write({ "index.html": "home" });
  });

  const createZone = () => aws.asAdministrator(() => aws.account.createZone(domain));
  const withDomain = () => ({ bucketName: domain, domainName: domain, configureWebsite: "true" });

  const distribution = actionsOf("Distribution");
  const findZone = actionsOf("FindZone");
  const createHostedZone = actionsOf("CreateZone");
  const records = actionsOf("Records");
  const ofFoundZone = records.filter((action) => action !== "route53:GetHostedZone");

  const uses: {
    readonly title: string;
    readonly actions: readonly string[];
    /** Those that other uses show to be needed are left out. */
    readonly needed: readonly string[];
    prepare(): Promise<Readonly<Record<string, string>>>;
  }[] = [
    {
      title: "a distribution",
      actions: distribution,
      needed: distribution,
      async prepare() {
        const { id } = await aws.asAdministrator(() =>
          aws.account.createDistribution(`${domain}.s3.us-east-1.amazonaws.com`),
        );
        return { bucketName: domain, cloudFrontDistributionId: id, invalidate: "all" };
      },
    },
    {
      title: "a hosted zone that is named",
      actions: records,
      needed: records,
      prepare: async () => ({ ...withDomain(), hostedZoneId: await createZone() }),
    },
    {
      title: "a hosted zone that is found",
      actions: [...findZone, ...ofFoundZone],
      needed: findZone,
      async prepare() {
        await createZone();
        return withDomain();
      },
    },
    {
      title: "a hosted zone that is made",
      actions: [...createHostedZone, ...findZone, ...ofFoundZone],
      needed: createHostedZone,
      prepare: async () => ({ ...withDomain(), createHostedZone: "true" }),
    },
    {
      title: "a domain that leads to the site already",
      actions: [...findZone, "route53:ListResourceRecordSets"],
      needed: [],
      async prepare() {
        await createZone();
        assertSucceeded(await aws.asAdministrator(() => aws.publish(withDomain())));
        return withDomain();
      },
    },
  ];
  for (const { title, actions, needed, prepare } of uses) {
    it(`is enough for ${title}`, async () => {
      const { result, issues, log } = await aws.publishAs(policyOf(actions), await prepare());
      // A zone that was just made cannot be delegated yet.
      const others = issues.filter(({ message }) => !message.endsWith("[domain-not-delegated]"));
      assert.deepEqual([result, others], ["Succeeded", []], log.join("\n"));
    });

    for (const action of needed) {
      it(`is not enough for ${title} without ${action}`, async () => {
        const allowed = actions.filter((each) => each !== action);
        const { issues, log } = await aws.publishAs(policyOf(allowed), await prepare());
        assert.equal(issues.length, 1, log.join("\n"));
        assert.match(issues[0]?.message ?? "", COMPLAINTS[action] ?? /^$/);
      });
    }
  }
});
