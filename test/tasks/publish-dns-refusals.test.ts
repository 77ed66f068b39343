import assert from "node:assert/strict";
import { refusal, startControlPlaneStub } from "../site/control-plane/control-plane-stub.ts";
import { siteWithDomain } from "./publish-aws-domain.ts";
import { assertFailed, assertSucceeded } from "./step-result.ts";

describe("AwsS3PublishSite, with a domain, changes neither the site nor DNS where", function () {
  this.timeout(120_000);
  const site = siteWithDomain();
  const { aws } = site;
  let domain: string;
  beforeEach(() => {
    ({ domain } = site);
  });

  async function assertRefused(inputs: Readonly<Record<string, string>>, error: string): Promise<void> {
    const made = await site.recordsMadeBy(async () => assertFailed(await site.publish(inputs), [error]));
    assert.deepEqual([made, aws.writes()], [{}, []]);
  }

  it("another record has the place", async () => {
    const zone = await aws.account.createZone(domain);
    await aws.account.createRecord(zone, {
      Name: domain,
      Type: "A",
      TTL: 60,
      ResourceRecords: [{ Value: "192.0.2.1" }],
    });
    await assertRefused(
      {},
      `There are other records in the place of the site's records, and the task does not replace records that it did not create: A ${domain} (192.0.2.1) in the hosted zone ${zone}. Delete those that are no longer needed, or remove the domain from domainName and redirectDomains, and run the step again. [dns-record-taken]`,
    );
  });

  it("the domain has no hosted zone", async () => {
    await assertRefused(
      {},
      `Route 53 has no public hosted zone for ${domain} in this account. Set createHostedZone to true, or remove the domain from domainName and redirectDomains and create its records elsewhere. [hosted-zone-not-found]`,
    );
  });

  it("the bucket of a redirect domain holds something else", async () => {
    await aws.account.createZone(domain);
    const taken = `www.${domain}`;
    assertSucceeded(await site.publish({ bucketName: taken, domainName: "" }));
    await assertRefused(
      { redirectDomains: taken },
      `redirectDomains: these buckets already exist, and have objects or are other websites: "${taken}". They were not changed. Empty them and delete their website configuration, or remove these domains from the list. [bucket-in-use]`,
    );
  });

  it("the distribution does not answer for the domain", async () => {
    await aws.account.createZone(domain);
    const { id } = await aws.account.createDistribution(`${domain}.s3.us-east-1.amazonaws.com`, {
      Aliases: { Quantity: 1, Items: [`www.${domain}`] },
    });
    await assertRefused(
      { cloudFrontDistributionId: id },
      `domainName: the distribution ${id} does not have the alternate domain name ${domain}. It has: www.${domain}. Add the domain there, with a certificate for it. [distribution-settings-incomplete]`,
    );
  });

  it("Route 53 refuses", async () => {
    await aws.account.createZone(domain);
    const who = "User: arn:aws:iam::111122223333:user/x is not authorized";
    const stub = await startControlPlaneStub(() => refusal(403, "AccessDenied", who));
    const result = await site.publish({}, { AWS_ENDPOINT_URL_ROUTE_53: stub.url.href });
    await stub.close();
    assertFailed(result, [
      `Looking for the hosted zone "${domain}" failed: ${who} (403 AccessDenied). Allow the user or role behind awsCredentials the action route53:ListHostedZonesByName. [access-denied]`,
    ]);
    assert.deepEqual(aws.writes(), []);
  });
});
