import assert from "node:assert/strict";
import type { CredentialSource, Credentials } from "../../../src/aws/credentials/credentials.ts";
import { IdentityError } from "../../../src/aws/errors/errors.ts";
import { ConnectionError } from "../../../src/http/connection-error.ts";
import type { HttpRequest } from "../../../src/http/messages.ts";
import type { Transport } from "../../../src/http/transport.ts";
import { createTransport } from "../../../src/http/transport.ts";
import { openControlPlane } from "../../../src/site/control-plane/control-plane.ts";
import { describeControlPlaneError } from "../../../src/site/control-plane/control-plane-error.ts";
import {
  type ControlPlaneStub,
  refusal,
  type StubAnswer,
  type StubRequest,
  startControlPlaneStub,
  stubKeys,
} from "./control-plane-stub.ts";

const signal = new AbortController().signal;
const config = "<DistributionConfig><Enabled>true</Enabled></DistributionConfig>";
const distribution: StubAnswer = { body: `<Distribution><Id>E1</Id>${config}</Distribution>` };
const attempt = { action: "cloudfront:GetDistribution", id: "E1" };

/** The time of a signature, which stands there without separators. */
function signingTimeMs(date: unknown): number {
  return Date.parse(String(date).replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z"));
}

describe("the control plane", () => {
  const stubs: ControlPlaneStub[] = [];
  afterEach(async () => {
    for (const stub of stubs.splice(0)) await stub.close();
  });

  /** Answers in this order, and the last one from then on. */
  async function stubOf(...answers: readonly StubAnswer[]): Promise<ControlPlaneStub> {
    let count = 0;
    const stub = await startControlPlaneStub(() => answers[Math.min(count++, answers.length - 1)] as StubAnswer);
    stubs.push(stub);
    return stub;
  }

  async function reasonOf(answer: StubAnswer): Promise<string> {
    const { controlPlane } = await stubOf(answer);
    const error = await controlPlane.getDistribution({ Id: "E1" }, signal).catch((failure: unknown) => failure);
    return describeControlPlaneError(error, attempt);
  }

  const CHECK = "Check any proxy between this machine and AWS.";
  const reasons: [title: string, answer: StubAnswer, reason: string][] = [
    [
      "a refusal with what to do",
      refusal(404, "NoSuchDistribution", "The specified distribution does not exist."),
      'The specified distribution does not exist (404 NoSuchDistribution, request id request-1). Check cloudFrontDistributionId: the account of awsCredentials has no distribution "E1". Enter the ID, for example E1A2B3C4D5E6F7, and not the domain name.',
    ],
    ["a refusal that it does not know", refusal(400, "Strange", "No."), "No (400 Strange, request id request-1)."],
    [
      "an answer that is not from AWS",
      { status: 403, body: "<html><body>Blocked</body></html>" },
      `the answer is not from AWS (403, request id request-1). ${CHECK}`,
    ],
    [
      "an answer that is no XML",
      { status: 403, body: "Blocked & gone" },
      `the answer is not from AWS (403, request id request-1). ${CHECK}`,
    ],
  ];
  for (const [title, answer, reason] of reasons) {
    it(`tells ${title}`, async () => {
      assert.equal(await reasonOf(answer), reason);
    });
  }

  it("tells where nothing answers, and who the step could not be", () => {
    assert.equal(
      describeControlPlaneError(new ConnectionError("ENOTFOUND", "cloudfront.amazonaws.com", "not found"), attempt),
      "no answer from cloudfront.amazonaws.com: not found. The name cloudfront.amazonaws.com is not known. Check this machine's network, and regionName.",
    );
    assert.equal(
      describeControlPlaneError(new IdentityError("aws-identity-not-found", "There are no keys."), attempt),
      "There are no keys.",
    );
  });

  for (const [title, body] of [
    ["a page", "<html><body>Sign in</body></html>"],
    ["an error", "<ErrorResponse><Error><Code>InternalError</Code></Error></ErrorResponse>"],
    ["nothing", ""],
  ] as const) {
    it(`does not take ${title} with a status of 200 for work that is done`, async () => {
      const { controlPlane } = await stubOf({ body });
      const paths = { Quantity: 1, Items: ["/a"] };
      const batch = { Paths: paths, CallerReference: "reference" };
      const done = [
        controlPlane.createInvalidation({ DistributionId: "E1", InvalidationBatch: batch }, signal),
        controlPlane.changeResourceRecordSets({ HostedZoneId: "Z1", ChangeBatch: { Changes: [] } }, signal),
        controlPlane.listHostedZonesByName({ DNSName: "example.com" }, signal),
      ];
      for (const { status } of await Promise.allSettled(done)) assert.equal(status, "rejected");
    });
  }

  it("tries again what may pass", async () => {
    const { controlPlane, requests } = await stubOf(
      refusal(400, "Throttling", "Rate exceeded"),
      refusal(400, "PriorRequestNotComplete", "Wait."),
      { status: 503, body: "<html>busy</html>" },
      distribution,
    );
    const { Distribution } = await controlPlane.getDistribution({ Id: "E1" }, signal);
    assert.equal(Distribution?.Id, "E1");
    assert.equal(requests.length, 4);
  }).timeout(20_000);

  it("goes by the clock of AWS where this machine's is wrong", async () => {
    const later = new Date(Date.now() + 3_600_000);
    const skewed = {
      ...refusal(403, "SignatureDoesNotMatch", "Signature expired"),
      headers: { date: later.toUTCString() },
    };
    const { controlPlane, requests } = await stubOf(skewed, distribution);
    await controlPlane.getDistribution({ Id: "E1" }, signal);
    const [first, second] = requests.map(({ headers }) => signingTimeMs(headers["x-amz-date"]));
    assert.ok(Math.abs((second ?? 0) - (first ?? 0) - 3_600_000) < 60_000);
  });

  it("asks for credentials for each request, and for others where they have expired", async () => {
    const { url, requests } = await stubOf(
      distribution,
      refusal(403, "ExpiredToken", "The security token included in the request is expired"),
      distribution,
    );
    const forgotten: string[] = [];
    let current: Credentials = { ...stubKeys, sessionToken: "first" };
    const source: CredentialSource = Object.assign(() => current, {
      forget({ sessionToken = "" }: Credentials) {
        forgotten.push(sessionToken);
        current = { ...stubKeys, sessionToken: "third" };
      },
    });
    const transport = createTransport({ maxConnections: 1, idleTimeoutMs: 10_000 });
    const options = { region: "eu-central-1", credentials: source, transport, userAgent: "test", endpoint: url };
    const controlPlane = await openControlPlane(options);
    await controlPlane.getDistribution({ Id: "E1" }, signal);
    current = { ...stubKeys, sessionToken: "second" };
    await controlPlane.getDistribution({ Id: "E1" }, signal);
    transport.close();
    assert.deepEqual(forgotten, ["second"]);
    assert.deepEqual(
      requests.map(({ headers }) => headers["x-amz-security-token"]),
      ["first", "second", "third"],
    );
  });

  it("is where the environment says, service by service", async () => {
    const cloudFront = await stubOf(distribution);
    const route53 = await stubOf({
      body: "<ListHostedZonesByNameResponse><HostedZones/></ListHostedZonesByNameResponse>",
    });
    const transport = createTransport({ maxConnections: 1, idleTimeoutMs: 10_000 });
    process.env.AWS_ENDPOINT_URL_CLOUDFRONT = cloudFront.url.href;
    process.env.AWS_ENDPOINT_URL_ROUTE_53 = route53.url.href;
    try {
      const options = { region: "eu-central-1", credentials: () => stubKeys, transport, userAgent: "test" };
      const controlPlane = await openControlPlane(options);
      await controlPlane.getDistribution({ Id: "E1" }, signal);
      await controlPlane.listHostedZonesByName({ DNSName: "example.com" }, signal);
    } finally {
      delete process.env.AWS_ENDPOINT_URL_CLOUDFRONT;
      delete process.env.AWS_ENDPOINT_URL_ROUTE_53;
      transport.close();
    }
    const lines = ({ requests }: ControlPlaneStub) => requests.map(({ line }: StubRequest) => line);
    assert.deepEqual(lines(cloudFront), ["GET /2020-05-31/distribution/E1"]);
    assert.deepEqual(lines(route53), ["GET /2013-04-01/hostedzonesbyname?dnsname=example.com"]);
  });

  const endpoints: [region: string, cloudFront: string, route53: string][] = [
    ["eu-central-1", "us-east-1 cloudfront.amazonaws.com", "us-east-1 route53.amazonaws.com"],
    [
      "cn-north-1",
      "cn-northwest-1 cloudfront.cn-northwest-1.amazonaws.com.cn",
      "cn-northwest-1 route53.amazonaws.com.cn",
    ],
  ];
  for (const [region, cloudFront, route53] of endpoints) {
    it(`is the one of its partition for ${region}`, async () => {
      const asked: string[] = [];
      const transport: Transport = {
        async exchange({ hostname, headers }: HttpRequest) {
          asked.push(`${/\/\d{8}\/([\w-]+)\//.exec(headers.authorization ?? "")?.[1]} ${hostname}`);
          const body = `<Answer>${config}<HostedZone><Id>Z1</Id></HostedZone></Answer>`;
          return { status: 200, headers: {}, body: Buffer.from(body) };
        },
        close: () => undefined,
      };
      const controlPlane = await openControlPlane({
        region,
        credentials: () => stubKeys,
        transport,
        userAgent: "test",
      });
      await controlPlane.getDistribution({ Id: "E1" }, signal);
      await controlPlane.getHostedZone({ Id: "Z1" }, signal);
      assert.deepEqual(asked, [cloudFront, route53]);
    });
  }
});
