import assert from "node:assert/strict";
import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import {
  type AliasRecord,
  compareRecord,
  distributionTarget,
  type RecordState,
} from "../../../src/site/dns/alias-records.ts";

const target = { dnsName: "s3-website.eu-central-1.amazonaws.com", hostedZoneId: "Z21DNDUVLTQW6Q" };
const wanted: AliasRecord = { name: "example.com", type: "A", target };

function alias(DNSName: string, changes: Partial<ResourceRecordSet> = {}): ResourceRecordSet {
  const AliasTarget = { DNSName, HostedZoneId: target.hostedZoneId, EvaluateTargetHealth: false };
  return { Name: "example.com.", Type: "A", AliasTarget, ...changes };
}

describe("an alias record", () => {
  const equal: RecordState = { kind: "equal" };
  const cases: [title: string, existing: ResourceRecordSet[], state: RecordState][] = [
    ["is missing where the name has nothing", [], { kind: "missing" }],
    [
      "is missing beside records of other types",
      [{ Name: "example.com.", Type: "MX", ResourceRecords: [{ Value: "10 mail.example.com" }] }],
      { kind: "missing" },
    ],
    ["is there as it was made", [alias("s3-website.eu-central-1.amazonaws.com")], equal],
    ["is there as Route 53 tells it", [alias("S3-Website.eu-central-1.amazonaws.com.")], equal],
    [
      "is there with the bucket before its target",
      [alias("example.com.s3-website.eu-central-1.amazonaws.com.")],
      equal,
    ],
    [
      "finds an alias of something else in its place",
      [alias("s3-website.eu-west-3.amazonaws.com.")],
      { kind: "taken", by: "A example.com (alias of s3-website.eu-west-3.amazonaws.com)" },
    ],
    [
      "finds addresses in its place",
      [{ Name: "example.com.", Type: "A", ResourceRecords: [{ Value: "192.0.2.1" }, { Value: "192.0.2.2" }] }],
      { kind: "taken", by: "A example.com (192.0.2.1, 192.0.2.2)" },
    ],
    [
      "finds a CNAME in its place",
      [{ Name: "example.com.", Type: "CNAME", ResourceRecords: [{ Value: "elsewhere.example.net" }] }],
      { kind: "taken", by: "CNAME example.com (elsewhere.example.net)" },
    ],
    [
      "finds a routing policy in its place",
      [alias("s3-website.eu-central-1.amazonaws.com.", { SetIdentifier: "blue", Weight: 10 })],
      { kind: "taken", by: 'A example.com (alias of s3-website.eu-central-1.amazonaws.com, one of several, "blue")' },
    ],
  ];
  for (const [title, existing, state] of cases) {
    it(title, () => assert.deepEqual(compareRecord(wanted, existing), state));
  }

  it("of a distribution leads to the hosted zone of its partition", () => {
    assert.deepEqual(
      ["eu-central-1", "cn-north-1"].map((region) => distributionTarget("d1.cloudfront.net", region)),
      [
        { dnsName: "d1.cloudfront.net", hostedZoneId: "Z2FDTNDATAQYW2" },
        { dnsName: "d1.cloudfront.net", hostedZoneId: "Z3RFFRIM2A3IF5" },
      ],
    );
  });
});
