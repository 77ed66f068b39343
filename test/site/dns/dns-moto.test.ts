import assert from "node:assert/strict";
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
} from "@aws-sdk/client-route-53";
import { applyDns } from "../../../src/site/dns/dns-apply.ts";
import { type DnsRequest, describeDnsPlan, planDns } from "../../../src/site/dns/dns-plan.ts";
import { type MotoControlPlane, startMoto } from "../control-plane/moto-control-plane.ts";

const { signal } = new AbortController();
const website = { dnsName: "s3-website.eu-central-1.amazonaws.com", hostedZoneId: "Z21DNDUVLTQW6Q" };
const distribution = { dnsName: "d111111abcdef8.cloudfront.net", hostedZoneId: "Z2FDTNDATAQYW2" };

describe("the domain of a site, against moto", function () {
  this.timeout(120_000);
  let moto: MotoControlPlane;
  before(async function () {
    moto = await startMoto(this);
  });
  after(() => moto?.close());

  let count = 0;

  /** Makes a zone of a domain that no other test has. */
  async function createZone(name: string, isPrivate = false): Promise<string> {
    const vpc = { VPCId: "vpc-1", VPCRegion: "us-east-1" } as const;
    const { HostedZone } = await moto.route53.send(
      new CreateHostedZoneCommand({
        Name: name,
        CallerReference: `test-${++count}`,
        ...(isPrivate ? { VPC: vpc, HostedZoneConfig: { PrivateZone: true } } : {}),
      }),
    );
    return HostedZone?.Id?.replace("/hostedzone/", "") ?? "";
  }

  async function createRecord(zoneId: string, record: ResourceRecordSet): Promise<void> {
    const Changes = [{ Action: "CREATE", ResourceRecordSet: record } as const];
    await moto.route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: zoneId, ChangeBatch: { Changes } }));
  }

  /** The records of a zone, but for those that each zone has, as "type name target". */
  async function recordsIn(zoneId: string): Promise<string[]> {
    const { ResourceRecordSets = [] } = await moto.route53.send(
      new ListResourceRecordSetsCommand({ HostedZoneId: zoneId }),
    );
    return ResourceRecordSets.filter(({ Type }) => Type !== "SOA" && Type !== "NS").map(
      ({ Type, Name, AliasTarget, ResourceRecords }) =>
        `${Type} ${Name} ${AliasTarget ? `${AliasTarget.HostedZoneId} ${AliasTarget.DNSName}` : ResourceRecords?.map(({ Value }) => Value)}`,
    );
  }

  interface Wanted extends Partial<Omit<DnsRequest, "domain">> {
    readonly domainName: string;
    readonly redirectDomains?: readonly string[];
    readonly hostedZoneId?: string;
    readonly createHostedZone?: boolean;
  }

  function plan({ domainName, redirectDomains = [], hostedZoneId, createHostedZone = false, ...request }: Wanted) {
    const domain = { domainName, redirectDomains, createHostedZone, ...(hostedZoneId ? { hostedZoneId } : {}) };
    const defaults = { target: website, isIpv6Enabled: false, redirectTarget: website };
    return planDns(moto.controlPlane, { domain, ...defaults, ...request }, signal);
  }

  async function publish(wanted: Wanted) {
    const planned = await plan(wanted);
    const outcome = await applyDns(
      moto.controlPlane,
      planned,
      { callerReference: `run-${++count}`, timeoutMs: 60_000 },
      { signal },
    );
    return { lines: describeDnsPlan(planned), notes: planned.notes, ...outcome };
  }

  it("leads to the website endpoint, and redirect domains to theirs; a second run changes nothing", async () => {
    const zoneId = await createZone("website.example");
    await createRecord(zoneId, {
      Name: "website.example",
      Type: "TXT",
      TTL: 300,
      ResourceRecords: [{ Value: '"mine"' }],
    });
    const wanted = { domainName: "website.example", redirectDomains: ["www.website.example"] };
    const target = "s3-website.eu-central-1.amazonaws.com";
    assert.deepEqual(await publish(wanted), {
      lines: [
        `create the record A website.example (alias of ${target}) in the hosted zone website.example`,
        `create the record A www.website.example (alias of ${target}) in the hosted zone website.example`,
      ],
      notes: [],
      nameServers: new Map(),
      warnings: [],
    });
    const records = [
      `A website.example. Z21DNDUVLTQW6Q ${target}`,
      'TXT website.example. "mine"',
      `A www.website.example. Z21DNDUVLTQW6Q ${target}`,
    ];
    assert.deepEqual(await recordsIn(zoneId), records);
    assert.deepEqual(await publish(wanted), { lines: [], notes: [], nameServers: new Map(), warnings: [] });
    assert.deepEqual(await recordsIn(zoneId), records);
  });

  it("leads to a distribution by IPv4 and IPv6", async () => {
    const zoneId = await createZone("cdn.example");
    const wanted = { domainName: "app.cdn.example", target: distribution, isIpv6Enabled: true };
    await publish(wanted);
    assert.deepEqual(await recordsIn(zoneId), [
      "A app.cdn.example. Z2FDTNDATAQYW2 d111111abcdef8.cloudfront.net",
      "AAAA app.cdn.example. Z2FDTNDATAQYW2 d111111abcdef8.cloudfront.net",
    ]);
    const { lines, notes } = await publish({ ...wanted, isIpv6Enabled: false });
    assert.deepEqual(lines, []);
    assert.deepEqual(
      notes.map(({ message }) => message),
      [
        "The record AAAA app.cdn.example (alias of d111111abcdef8.cloudfront.net) was not changed, although the target of app.cdn.example has no IPv6. Visitors with IPv6 still go to the target of that record. Delete it if this is wrong.",
      ],
    );
  });

  it("is made in the public zone with the longest name that it ends with", async () => {
    const [outer, inner] = [await createZone("long.example"), await createZone("dept.long.example")];
    await createZone("www.dept.long.example", true);
    await createZone("dept.long.example", true);
    await publish({ domainName: "www.dept.long.example", redirectDomains: ["other.long.example"] });
    assert.deepEqual(
      [await recordsIn(outer), await recordsIn(inner)],
      [
        ["A other.long.example. Z21DNDUVLTQW6Q s3-website.eu-central-1.amazonaws.com"],
        ["A www.dept.long.example. Z21DNDUVLTQW6Q s3-website.eu-central-1.amazonaws.com"],
      ],
    );
  });

  it("is made in the zone that is given, of two with one name", async () => {
    const [one, other] = [await createZone("twice.example"), await createZone("twice.example")];
    await assert.rejects(publish({ domainName: "www.twice.example" }), ({ message }: Error) => {
      assert.match(message, /^There are 2 public hosted zones "twice\.example": .+\. Enter the one that /);
      return message.includes(one) && message.includes(other);
    });
    await publish({ domainName: "www.twice.example", hostedZoneId: other });
    assert.deepEqual([(await recordsIn(one)).length, (await recordsIn(other)).length], [0, 1]);
  });

  it("gets one zone for all of its names, where that is asked for and there is none", async () => {
    const wanted = { domainName: "www.new.example", redirectDomains: ["new.example"], createHostedZone: true };
    const { lines, nameServers } = await publish(wanted);
    assert.equal(lines[0], "create the public hosted zone new.example");
    assert.equal(nameServers.get("new.example")?.length, 4);
    const { HostedZones = [] } = await moto.route53.send(new ListHostedZonesCommand({}));
    const [zone, ...others] = HostedZones.filter(({ Name }) => Name?.endsWith("new.example."));
    assert.deepEqual([zone?.Name, others], ["new.example.", []]);
    assert.equal((await recordsIn(zone?.Id ?? "")).length, 2);
    assert.deepEqual((await publish(wanted)).lines, []);
  });

  it("is planned without changing anything", async () => {
    await plan({ domainName: "planned.example", createHostedZone: true });
    const { HostedZones = [] } = await moto.route53.send(new ListHostedZonesCommand({}));
    assert.deepEqual(
      HostedZones.filter(({ Name }) => Name === "planned.example."),
      [],
    );
  });

  it("takes no other record's place, and none of its records is made", async () => {
    const zoneId = await createZone("taken.example");
    const ours = { Name: "taken.example", Type: "A" } as const;
    await createRecord(zoneId, { ...ours, TTL: 300, ResourceRecords: [{ Value: "192.0.2.1" }] });
    await createRecord(zoneId, {
      Name: "www.taken.example",
      Type: "CNAME",
      TTL: 300,
      ResourceRecords: [{ Value: "elsewhere.example" }],
    });
    const records = await recordsIn(zoneId);
    const redirectDomains = ["www.taken.example", "free.taken.example"];
    await assert.rejects(publish({ domainName: "taken.example", redirectDomains }), {
      message: `There are other records in the place of the site's records, and the task does not replace records that it did not create: A taken.example (192.0.2.1) in the hosted zone ${zoneId}; CNAME www.taken.example (elsewhere.example) in the hosted zone ${zoneId}. Delete those that are no longer needed, or remove the domain from domainName and redirectDomains, and run the step again.`,
    });
    assert.deepEqual(await recordsIn(zoneId), records);
  });

  it("needs a zone that is its own and public", async () => {
    const [other, hidden] = [await createZone("other.example"), await createZone("hidden.example", true)];
    const refusals: [Wanted, RegExp][] = [
      [
        { domainName: "nobody.example" },
        /^Route 53 has no public hosted zone for nobody\.example in this account\. Set createHostedZone /,
      ],
      [{ domainName: "hidden.example" }, /^Route 53 has no public hosted zone for hidden\.example /],
      [{ domainName: "hidden.example", hostedZoneId: hidden }, /^The hosted zone \w+ \(hostedZoneId\) is private, /],
      [
        { domainName: "another.example", hostedZoneId: other },
        /^The hosted zone \w+ \(hostedZoneId\) is for other\.example, and domainName is another\.example\. /,
      ],
      [
        { domainName: "other.example", hostedZoneId: "Z404" },
        /^Reading the hosted zone Z404 failed: .+ \(404 NoSuchHostedZone, request id \w+\)\. Check hostedZoneId: /,
      ],
    ];
    for (const [wanted, message] of refusals) await assert.rejects(publish(wanted), { message });
  });
});
