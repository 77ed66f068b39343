import assert from "node:assert/strict";
import { siteWithDomain } from "./publish-aws-domain.ts";
import { assertSucceeded, errorsOf, outputsOf } from "./step-result.ts";

/** The website endpoint of us-east-1, and what Route 53 calls all distributions: where alias records lead. */
const WEBSITE = { HostedZoneId: "Z3AQBSTGFYJSTF", DNSName: "s3-website-us-east-1.amazonaws.com" };
const DISTRIBUTIONS = "Z2FDTNDATAQYW2";

const alias = (Type: "A" | "AAAA", name: string, target: { HostedZoneId: string; DNSName: string }) => ({
  Name: `${name}.`,
  Type,
  AliasTarget: { ...target, EvaluateTargetHealth: false },
});

describe("AwsS3PublishSite, with a domain", function () {
  this.timeout(120_000);
  const site = siteWithDomain();
  const { aws } = site;
  let domain: string;
  beforeEach(() => {
    ({ domain } = site);
  });

  it("leads it to the website endpoint, and others to it; a second run changes nothing", async () => {
    const zone = await aws.account.createZone(domain);
    await aws.account.createZone(`neighbour.${domain}`);
    await aws.account.createRecord(zone, {
      Name: domain,
      Type: "TXT",
      TTL: 60,
      ResourceRecords: [{ Value: '"mine"' }],
    });
    await aws.account.createRecord(zone, {
      Name: `mail.${domain}`,
      Type: "A",
      TTL: 60,
      ResourceRecords: [{ Value: "192.0.2.1" }],
    });
    const inputs = { redirectDomains: `www.${domain}, old.${domain}` };

    const made = await site.recordsMadeBy(async () => {
      const result = await site.publish(inputs);
      assertSucceeded(result);
      const { siteUrl, websiteEndpoint, nameServers } = outputsOf(result);
      assert.deepEqual(
        { siteUrl, websiteEndpoint, nameServers },
        {
          siteUrl: `http://${domain}/`,
          websiteEndpoint: `http://${domain}.s3-website-us-east-1.amazonaws.com/`,
          nameServers: "",
        },
      );
    });
    const names = [domain, `old.${domain}`, `www.${domain}`];
    assert.deepEqual(made, { [zone]: names.map((name) => alias("A", name, WEBSITE)) });
    assert.equal(await redirectOf(`www.${domain}`), `301 http://${domain}/a/b?c=d`);

    const madeAgain = await site.recordsMadeBy(async () => assertSucceeded(await site.publish(inputs)));
    assert.deepEqual([madeAgain, aws.writes()], [{}, []]);
  });

  async function redirectOf(bucket: string): Promise<string> {
    const website = await aws.s3.openWebsite(bucket);
    const { status, headers } = await fetch(`${website.url}/a/b?c=d`, { redirect: "manual" });
    await website.close();
    return `${status} ${headers.get("location")}`;
  }

  for (const IsIPV6Enabled of [true, false]) {
    const types = IsIPV6Enabled ? (["A", "AAAA"] as const) : (["A"] as const);
    it(`leads it to a distribution by ${types.join(" and ")}; a second run changes nothing`, async () => {
      const zone = await aws.account.createZone(domain);
      const { id, domainName } = await aws.account.createDistribution("site.s3.us-east-1.amazonaws.com", {
        IsIPV6Enabled,
        Aliases: { Quantity: 1, Items: [`*.${domain}`] },
      });
      const inputs = {
        bucketName: "site",
        publicRead: "false",
        cloudFrontDistributionId: id,
        domainName: `www.${domain}`,
        redirectDomains: domain,
      };
      const made = await site.recordsMadeBy(async () => {
        const result = await site.publish(inputs);
        assertSucceeded(result);
        assert.equal(outputsOf(result).siteUrl, `https://www.${domain}/`);
      });
      const target = { HostedZoneId: DISTRIBUTIONS, DNSName: domainName };
      assert.deepEqual(made, {
        [zone]: [alias("A", domain, WEBSITE), ...types.map((type) => alias(type, `www.${domain}`, target))],
      });
      assert.equal(await redirectOf(domain), `301 https://www.${domain}/a/b?c=d`);

      const madeAgain = await site.recordsMadeBy(async () => assertSucceeded(await site.publish(inputs)));
      assert.deepEqual([madeAgain, aws.writes()], [{}, []]);
    });
  }

  it("goes by hostedZoneId where two zones have the name", async () => {
    await aws.account.createZone(domain);
    const zone = await aws.account.createZone(domain);
    const made = await site.recordsMadeBy(async () => {
      const refused = await site.publish();
      assert.deepEqual([refused.result, aws.writes()], ["Failed", []]);
      assert.match(
        refused.issues[0]?.message ?? "",
        new RegExp(`^There are 2 public hosted zones "${domain}": .* \\[hosted-zone-ambiguous\\]$`),
      );
    });
    assert.deepEqual(made, {});
    assert.deepEqual(
      await site.recordsMadeBy(async () => assertSucceeded(await site.publish({ hostedZoneId: zone }))),
      {
        [zone]: [alias("A", domain, WEBSITE)],
      },
    );
  });

  const notDelegated = (zone: string, domains: readonly string[], nameServers: readonly string[]) =>
    `The domain ${zone} does not use its hosted zone yet, so visitors do not find ${domains.join(", ")}. Where the domain is registered, set these name servers: ${nameServers.join(", ")}. [domain-not-delegated]`;

  it("makes a hosted zone where there is none, and tells its name servers in each run until it is delegated", async () => {
    const inputs = { createHostedZone: "true", redirectDomains: `www.${domain}` };
    const domains = [domain, `www.${domain}`];
    let delegation: string[] = [];
    const made = await site.recordsMadeBy(async () => {
      const result = await site.publish(inputs);
      delegation = (outputsOf(result).nameServers ?? "").split(" ");
      assert.deepEqual(
        [result.result, errorsOf(result)],
        ["Succeeded", [notDelegated(domain, domains, delegation)]],
        result.log.join("\n"),
      );
    });
    assert.equal(Object.keys(made).length, 1);
    const [records = []] = Object.values(made);
    assert.deepEqual(
      records.find(({ Type }) => Type === "NS")?.ResourceRecords?.map(({ Value }) => Value),
      delegation,
    );
    assert.deepEqual(
      records.filter(({ AliasTarget }) => AliasTarget),
      [alias("A", domain, WEBSITE), alias("A", `www.${domain}`, WEBSITE)],
    );

    // Nobody answers at the domain yet, and later its registry does not know the name servers.
    for (const answers of [{}, { example: ["ns.registry.example"] }, { [domain]: ["ns.elsewhere.example"] }]) {
      const madeAgain = await site.recordsMadeBy(async () => {
        const result = await site.publish(inputs, site.aws.dnsAnswers(answers));
        assert.deepEqual(
          [result.result, errorsOf(result), outputsOf(result).nameServers],
          ["Succeeded", [notDelegated(domain, domains, delegation)], delegation.join(" ")],
        );
      });
      assert.deepEqual([madeAgain, aws.writes()], [{}, []]);
    }
    const delegated = await site.publish(inputs, site.aws.dnsAnswers({ [domain]: delegation }));
    assertSucceeded(delegated);
    assert.equal(outputsOf(delegated).nameServers, "");
  });

  it("verifies a site by its website endpoint as long as its domain is not delegated, and its redirects too", async () => {
    const www = `www.${domain}`;
    const inputs = { createHostedZone: "true", redirectDomains: www, verify: "true" };
    const endpoints = await Promise.all(
      [domain, www].map(async (name) => [name, await aws.s3.openWebsite(name)] as const),
    );
    for (const [name, { url }] of endpoints) aws.hosts.set(`${name}.s3-website-us-east-1.amazonaws.com`, url);
    const undelegated = await site.publish(inputs);
    assert.deepEqual(
      [undelegated.result, undelegated.issues.length, outputsOf(undelegated).siteUrl],
      ["Succeeded", 1, `http://${domain}/`],
      undelegated.log.join("\n"),
    );
    assert.match(
      undelegated.log.join("\n"),
      new RegExp(`^Checked 4 URLs of http://${domain}\\.s3-website-us-east-1\\.amazonaws\\.com/ in `, "m"),
    );
    const nameServers = (outputsOf(undelegated).nameServers ?? "").split(" ");
    aws.hosts.clear();
    for (const [name, { url }] of endpoints) aws.hosts.set(name, url);
    const delegated = await site.publish(inputs, aws.dnsAnswers({ [domain]: nameServers }));
    assertSucceeded(delegated);
    assert.match(delegated.log.join("\n"), new RegExp(`^Checked 3 URLs of http://${domain}/ in `, "m"));
    aws.hosts.delete(www);
    const broken = await site.publish(inputs, aws.dnsAnswers({ [domain]: nameServers }));
    aws.hosts.clear();
    assert.match(errorsOf(broken).join("\n"), new RegExp(`^http://${www}/: `));
    await Promise.all(endpoints.map(([, website]) => website.close()));
  });

  it("leads the domain to a site that is published already, and changes nothing of it", async () => {
    const zone = await aws.account.createZone(domain);
    assertSucceeded(await site.publish({ domainName: "" }));
    const made = await site.recordsMadeBy(async () => assertSucceeded(await site.publish()));
    assert.deepEqual([made, aws.writes()], [{ [zone]: [alias("A", domain, WEBSITE)] }, []]);
  });

  it("is seen to answer, where it is told to look", async () => {
    await aws.account.createZone(domain);
    const website = await aws.s3.openWebsite(domain);
    const result = await site.publish({ verify: "true", siteUrl: `${website.url}/` });
    await website.close();
    assertSucceeded(result);
    assert.match(result.log.join("\n"), /^Checked \d+ URLs of http:\/\/127\.0\.0\.1:/m);
  });

  it("says in a dry run what it would do, and does nothing", async () => {
    const made = await site.recordsMadeBy(async () => {
      const inputs = { createHostedZone: "true", redirectDomains: `www.${domain}`, dryRun: "true" };
      const result = await site.publish(inputs);
      assertSucceeded(result);
      assert.deepEqual(
        result.log.filter((line) => line.startsWith("Would ")),
        [
          `Would create the bucket ${domain}, and set its website configuration`,
          `Would allow everyone s3:GetObject on s3://${domain}/* in the bucket's policy`,
          `Would set the bucket www.${domain} to redirect its visitors to the site`,
          `Would create the public hosted zone ${domain}`,
          `Would create the record A ${domain} (alias of ${WEBSITE.DNSName}) in the hosted zone ${domain}`,
          `Would create the record A www.${domain} (alias of ${WEBSITE.DNSName}) in the hosted zone ${domain}`,
        ],
      );
    });
    assert.deepEqual([made, aws.writes()], [{}, []]);
  });
});
