import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { createSts, isClockSkew } from "../../../src/aws/credentials/sts.ts";
import { resolveStsEndpoint } from "../../../src/aws/credentials/sts-endpoint.ts";
import { ServiceError } from "../../../src/aws/errors/errors.ts";
import { createTransport } from "../../../src/http/transport.ts";
import {
  AUDIENCE,
  HERE,
  issuer,
  roleArn,
  type StsTarget,
  SUBJECT,
  startSts,
  trust,
  trustToken,
  user,
  userKeys,
} from "./sts-stand-in.ts";

const deploy = roleArn("teams/web/deploy");
const byToken = roleArn("by-token");
const request = { roleArn: deploy, sessionName: "azp-shop-1" };

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

describe("the STS client", () => {
  let target: StsTarget;
  let clockOffsetMs: number;
  before(async () => {
    target = await startSts({
      roles: [
        { arn: deploy, trustPolicy: trust(user.arn, undefined, "sts:TagSession"), maxSessionSeconds: 7200 },
        { arn: byToken, trustPolicy: trustToken() },
      ],
      now: () => new Date(Date.now() + clockOffsetMs),
    });
  });
  beforeEach(() => {
    clockOffsetMs = 0;
    target.server.clearCalls();
  });
  after(() => target.stop());

  const codeOf = (wanted: string) => (error: unknown) => error instanceof ServiceError && error.awsCode === wanted;
  const outcomes = () => target.server.calls.map(({ status, errorCode }) => errorCode ?? status);
  const lastForm = () => Object.fromEntries(target.server.calls.at(-1)?.form ?? []);

  it("assumes a role, with all that belongs to the request", async () => {
    const sessionTags = new Map([
      ["project", "shop & more"],
      ["größe", "ü=1"],
    ]);
    const sessionPolicy = '{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}';
    const wanted = { ...request, durationSeconds: 7200, externalId: "an:id/1", sessionTags, sessionPolicy };
    const { credentials, arn } = await target.sts.assumeRole(wanted, userKeys);
    assert.equal(arn, `arn:aws:sts::${HERE}:assumed-role/deploy/azp-shop-1`);
    assert.ok(Math.abs((credentials.expiresAtMs ?? 0) - Date.now() - 7_200_000) < 2000);
    const { credential } = target.server.sessions.find(credentials.accessKeyId) ?? {};
    assert.equal(credential?.secretAccessKey, credentials.secretAccessKey);
    assert.equal(credential?.sessionToken, credentials.sessionToken);
    assert.deepEqual(lastForm(), {
      Action: "AssumeRole",
      Version: "2011-06-15",
      RoleArn: deploy,
      RoleSessionName: "azp-shop-1",
      DurationSeconds: "7200",
      Policy: sessionPolicy,
      ExternalId: "an:id/1",
      "Tags.member.1.Key": "project",
      "Tags.member.1.Value": "shop & more",
      "Tags.member.2.Key": "größe",
      "Tags.member.2.Value": "ü=1",
    });
  });

  it("exchanges a token, unsigned", async () => {
    const token = issuer.issue(SUBJECT, AUDIENCE);
    const { arn } = await target.sts.assumeRoleWithWebIdentity({ ...request, roleArn: byToken, token });
    assert.equal(arn, `arn:aws:sts::${HERE}:assumed-role/by-token/azp-shop-1`);
    assert.equal(target.server.calls[0]?.headers.authorization, undefined);
    assert.equal(lastForm().WebIdentityToken, token);
  });

  it("tells who signs, keys and sessions alike", async () => {
    assert.deepEqual(await target.sts.getCallerIdentity(userKeys), { account: HERE, arn: user.arn });
    const { credentials, arn } = await target.sts.assumeRole(request, userKeys);
    assert.deepEqual(await target.sts.getCallerIdentity(credentials), { account: HERE, arn });
  });

  it("names the extension", async () => {
    await target.sts.getCallerIdentity(userKeys);
    assert.equal(target.server.calls[0]?.headers["user-agent"], "test");
  });

  it("tells of refusals with STS's code, words and request id, and tries them once", async () => {
    const error = await target.sts.getCallerIdentity({ ...userKeys, secretAccessKey: "another" }).catch((e) => e);
    assert.ok(error instanceof ServiceError);
    assert.equal(error.awsCode, "SignatureDoesNotMatch");
    assert.match(
      error.message,
      /^The request signature we calculated .* \(403 SignatureDoesNotMatch, request id [0-9a-f-]{36}\)$/,
    );
    assert.deepEqual(outcomes(), ["SignatureDoesNotMatch"]);
  });

  it("tries again where that may help", async () => {
    target.server.addFault("GetCallerIdentity", { kind: "status", status: 503, code: "ServiceUnavailable" }, 1);
    target.server.addFault("GetCallerIdentity", { kind: "reset" }, 1);
    target.server.addFault("GetCallerIdentity", { kind: "status", status: 400, code: "Throttling" }, 1);
    await target.sts.getCallerIdentity(userKeys);
    assert.deepEqual(outcomes(), ["ServiceUnavailable", 0, "Throttling", 200]);
  });

  it("tries again where AWS could not reach the token's issuer", async () => {
    const fault = { kind: "status", status: 400, code: "IDPCommunicationError" } as const;
    target.server.addFault("AssumeRoleWithWebIdentity", fault, 2);
    const token = issuer.issue(SUBJECT, AUDIENCE);
    await target.sts.assumeRoleWithWebIdentity({ ...request, roleArn: byToken, token });
    assert.deepEqual(outcomes(), ["IDPCommunicationError", "IDPCommunicationError", 200]);
  });

  it("gives up where nothing answers", async () => {
    const transport = createTransport({ maxConnections: 1, idleTimeoutMs: 50 });
    const sts = createSts({ endpoint: new URL(target.server.url), region: "us-east-1", transport, userAgent: "test" });
    target.server.addFault("GetCallerIdentity", { kind: "hang" }, 3);
    await assert.rejects(sts.getCallerIdentity(userKeys), /no answer from 127\.0\.0\.1: no data was sent or received/);
    assert.equal(target.server.calls.length, 3);
    transport.close();
  });

  it("ends a request, and the waiting for the next, when it is told to", async () => {
    const faults = [
      { kind: "hang" },
      { kind: "status", status: 503, code: "SlowDown", headers: { "retry-after": "20" } },
    ] as const;
    for (const fault of faults) {
      target.server.clearCalls();
      target.server.addFault("GetCallerIdentity", fault, 1);
      const controller = new AbortController();
      const { server, transport } = target;
      const sts = createSts({
        endpoint: new URL(server.url),
        region: "us-east-1",
        transport,
        userAgent: "test",
        signal: controller.signal,
      });
      const ended = assert.rejects(sts.getCallerIdentity(userKeys), /enough/);
      while (target.server.calls.length === 0) await sleep(5);
      controller.abort(new Error("enough"));
      await ended;
      assert.equal(target.server.calls.length, 1);
    }
    // The server asks for a pause of 20 s.
  }).timeout(15_000);

  for (const [title, offsetMs] of [
    ["slow", 3_600_000],
    ["fast", -3_600_000],
  ] as const) {
    it(`goes by the server's clock where this machine's is an hour ${title}`, async () => {
      const sts = createSts({
        endpoint: new URL(target.server.url),
        region: "us-east-1",
        transport: target.transport,
        userAgent: "test",
      });
      clockOffsetMs = offsetMs;
      const { credentials } = await sts.assumeRole(request, userKeys);
      assert.deepEqual(outcomes(), ["SignatureDoesNotMatch", 200]);
      const lifeMs = (credentials.expiresAtMs ?? 0) - Date.now();
      assert.ok(Math.abs(lifeMs - 3_600_000) < 3000, `lives ${lifeMs} ms by this machine's clock`);
      await sts.getCallerIdentity(credentials);
      assert.deepEqual(outcomes(), ["SignatureDoesNotMatch", 200, 200]);
    });
  }

  it("tells clock skew from a wrong secret", () => {
    const refusal = (code: string, serverMessage: string) =>
      new ServiceError({ status: 403, awsCode: code, serverMessage });
    assert.ok(isClockSkew(refusal("SignatureDoesNotMatch", "Signature expired: 20200101T000000Z is now earlier than")));
    assert.ok(
      isClockSkew(refusal("SignatureDoesNotMatch", "Signature not yet current: 20300101T000000Z is still later")),
    );
    assert.ok(isClockSkew(refusal("RequestTimeTooSkewed", "The difference")));
    assert.ok(!isClockSkew(refusal("SignatureDoesNotMatch", "The request signature we calculated does not match")));
  });

  it("does not take another server's page for an answer", async () => {
    const page = {
      exchange: async () => ({ status: 200, headers: { "content-type": "text/html" }, body: Buffer.from("<p>Hi") }),
    };
    const sts = createSts({ region: "us-east-1", transport: { ...page, close: () => undefined }, userAgent: "test" });
    await assert.rejects(sts.getCallerIdentity(userKeys), codeOf("NotSTS"));
    await assert.rejects(sts.assumeRole(request, userKeys), /the answer is not from STS, but text\/html/);
  });
});

describe("the endpoint of STS", () => {
  const urlOf = (region: string, endpoint?: string) => {
    const { protocol, host, path } = resolveStsEndpoint(region, endpoint === undefined ? undefined : new URL(endpoint));
    return `${protocol}//${host}${path}`;
  };

  it("is that of the region, as the SDK has it, in every partition", async () => {
    const rules = await import("@aws-sdk/nested-clients/sts");
    const regions =
      "us-east-1 us-west-2 eu-west-1 eu-central-2 ap-east-2 il-central-1 mx-central-1 cn-north-1 cn-northwest-1 us-gov-west-1 us-gov-east-1 us-iso-east-1 us-isob-east-1 eusc-de-east-1 eu-isoe-west-1";
    for (const region of regions.split(" ")) {
      const client = new rules.STSClient({ region, credentials: { accessKeyId: "a", secretAccessKey: "b" } });
      const { url } = client.config.endpointProvider({
        Region: region,
        UseDualStack: false,
        UseFIPS: false,
        UseGlobalEndpoint: false,
      });
      assert.equal(urlOf(region), url.href, region);
    }
  });

  it("is the one that is given, with port and path", () => {
    assert.equal(
      urlOf("eu-west-1", "https://vpce-1.sts.eu-west-1.vpce.amazonaws.com"),
      "https://vpce-1.sts.eu-west-1.vpce.amazonaws.com/",
    );
    assert.equal(urlOf("x", "http://store.example:8000/sts/"), "http://store.example:8000/sts/");
    assert.equal(resolveStsEndpoint("x", new URL("http://[::1]:8000")).hostname, "::1");
  });
});
