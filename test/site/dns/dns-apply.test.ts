import assert from "node:assert/strict";
import { printed } from "../../../src/errors/coded-message.ts";
import { applyDns } from "../../../src/site/dns/dns-apply.ts";
import type { DnsPlan } from "../../../src/site/dns/dns-plan.ts";
import {
  type ControlPlaneStub,
  fakeTime,
  refusal,
  type StubAnswer,
  startControlPlaneStub,
} from "../control-plane/control-plane-stub.ts";

const target = { dnsName: "d111111abcdef8.cloudfront.net", hostedZoneId: "Z2FDTNDATAQYW2" };
const plan: DnsPlan = {
  zones: [
    {
      zone: { name: "example.com", id: "Z1", isOfPublish: false },
      domains: ["www.example.com"],
      missing: [{ name: "www.example.com", type: "A", target }],
    },
    { zone: { name: "example.net", id: "Z2", isOfPublish: false }, domains: [], missing: [] },
  ],
  notes: [],
};

const change = (status: string): StubAnswer => {
  const info = `<Id>/change/C1</Id><Status>${status}</Status><SubmittedAt>2026-01-01T00:00:00Z</SubmittedAt>`;
  return { body: `<Answer><ChangeInfo>${info}</ChangeInfo></Answer>` };
};

/** Not there yet. */
const ZONE = { name: "example.com", id: undefined, isOfPublish: true };

describe("the changes of a domain", () => {
  let stub: ControlPlaneStub;
  afterEach(() => stub.close());

  /** Answers in this order, and the last one from then on. */
  function run(...answers: readonly StubAnswer[]) {
    return runPlan(plan, ...answers);
  }

  async function runPlan(wanted: DnsPlan, ...answers: readonly StubAnswer[]) {
    let count = 0;
    stub = await startControlPlaneStub(() => answers[Math.min(count++, answers.length - 1)] as StubAnswer);
    const time = fakeTime();
    const options = { callerReference: "run-1", timeoutMs: 10_000 };
    const outcome = await applyDns(stub.controlPlane, wanted, options, {
      ...time,
      signal: new AbortController().signal,
    });
    return { outcome, delays: time.delays, lines: stub.requests.map(({ line }) => line) };
  }

  it("go on with a hosted zone whose creation was answered with nothing", async () => {
    const zones: DnsPlan = { zones: [{ zone: ZONE, domains: [], missing: [] }], notes: [] };
    let reference = "";
    stub = await startControlPlaneStub(({ line, body }) => {
      const zone = `<HostedZone><Id>/hostedzone/Z9</Id><Name>example.com.</Name><CallerReference>${reference}</CallerReference></HostedZone>`;
      if (line === "POST /2013-04-01/hostedzone") {
        reference = /<CallerReference>([^<]*)</.exec(body)?.[1] ?? "";
        return refusal(409, "HostedZoneAlreadyExists", "The reference is taken");
      }
      if (line.startsWith("GET /2013-04-01/hostedzonesbyname"))
        return {
          body: `<Answer><HostedZones>${zone.replace("Z9", "Z8").replace(reference, "other")}${zone}</HostedZones></Answer>`,
        };
      if (line === "GET /2013-04-01/hostedzone/Z9") {
        const servers = "<NameServers><NameServer>ns-1.example.org</NameServer></NameServers>";
        return { body: `<Answer>${zone}<DelegationSet>${servers}</DelegationSet></Answer>` };
      }
      return change("INSYNC");
    });
    const outcome = await applyDns(
      stub.controlPlane,
      zones,
      { callerReference: "run-1", timeoutMs: 10_000 },
      { ...fakeTime(), signal: new AbortController().signal },
    );
    assert.deepEqual([...outcome.nameServers], [["example.com", ["ns-1.example.org"]]]);
  });

  it("are made where records are missing alone, and waited for", async () => {
    assert.deepEqual(await run(change("PENDING"), change("PENDING"), change("INSYNC")), {
      outcome: { nameServers: new Map(), warnings: [] },
      delays: [1000],
      lines: ["POST /2013-04-01/hostedzone/Z1/rrset", "GET /2013-04-01/change/C1", "GET /2013-04-01/change/C1"],
    });
    assert.match(
      stub.requests[0]?.body ?? "",
      /<Change><Action>UPSERT<\/Action><ResourceRecordSet><Name>www\.example\.com<\/Name><Type>A<\/Type><AliasTarget><HostedZoneId>Z2FDTNDATAQYW2<\/HostedZoneId><DNSName>d111111abcdef8\.cloudfront\.net<\/DNSName><EvaluateTargetHealth>false</,
    );
  });

  it("that are late are a warning", async () => {
    const { outcome, delays } = await run(change("PENDING"));
    assert.deepEqual(outcome.warnings.map(printed), [
      "Route 53 had not sent the new records in example.com to all of its name servers within 10 s. It will complete this; nothing needs to be done. Until then, some visitors may not find the site. [dns-change-pending]",
    ]);
    assert.deepEqual(delays, [1000, 2000, 4000, 3000]);
  });

  it("that cannot be watched are a warning", async () => {
    const { outcome } = await run(change("PENDING"), refusal(403, "AccessDenied", "not authorized"));
    assert.deepEqual(outcome.warnings.map(printed), [
      "The task could not check whether Route 53 has published the new records in example.com: not authorized (403 AccessDenied, request id request-1). Allow the user or role behind awsCredentials the action route53:GetChange. [access-denied]",
    ]);
  });

  it("that Route 53 refuses fail with the permission that is missing", async () => {
    await assert.rejects(run(refusal(403, "AccessDenied", "not authorized")), {
      message:
        "Creating records in the hosted zone Z1 failed: not authorized (403 AccessDenied, request id request-1). Allow the user or role behind awsCredentials the action route53:ChangeResourceRecordSets on arn:aws:route53:::hostedzone/Z1.",
    });
  });

  it("that are refused after their zone was made tell of its name servers, which no later run would", async () => {
    const zone =
      "<Answer><HostedZone><Id>/hostedzone/Z9</Id><Name>example.org.</Name><CallerReference>r</CallerReference></HostedZone>" +
      "<ChangeInfo><Id>/change/C0</Id><Status>PENDING</Status><SubmittedAt>2026-01-01T00:00:00Z</SubmittedAt></ChangeInfo>" +
      "<DelegationSet><NameServers><NameServer>ns-1.example</NameServer><NameServer>ns-2.example</NameServer></NameServers></DelegationSet></Answer>";
    const missing = [{ name: "example.org", type: "A" as const, target }];
    const newZone: DnsPlan = {
      zones: [{ zone: { name: "example.org", id: undefined, isOfPublish: true }, domains: [], missing }],
      notes: [],
    };
    await assert.rejects(
      runPlan(newZone, { body: zone }, refusal(403, "AccessDenied", "not authorized")),
      /on arn:aws:route53:::hostedzone\/Z9\. The hosted zone example\.org was created before that. Its name servers are ns-1\.example, ns-2\.example\.$/,
    );
  });
});
