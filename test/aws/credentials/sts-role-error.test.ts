import assert from "node:assert/strict";
import type { Credentials } from "../../../src/aws/credentials/credentials.ts";
import { RoleError } from "../../../src/aws/credentials/sts-role-error.ts";
import {
  AUDIENCE,
  ELSEWHERE,
  guarded,
  HERE,
  issuer,
  keys,
  roleArn,
  type StsTarget,
  SUBJECT,
  startSts,
  tagged,
  trust,
  trustToken,
  user,
  userKeys,
  web,
} from "./sts-stand-in.ts";

const first = roleArn("first");
const byToken = roleArn("by-token");
const third = roleArn("third", ELSEWHERE);

describe("a role that is refused", () => {
  let target: StsTarget;
  before(async () => {
    target = await startSts({
      roles: [
        { arn: first, trustPolicy: trust(user.arn) },
        { arn: byToken, trustPolicy: trustToken("sc://contoso/shop/*") },
        { arn: third, trustPolicy: trust(roleArn("second", ELSEWHERE)) },
        guarded,
        tagged,
      ],
    });
  });
  after(() => target.stop());

  async function refusal(source: ReturnType<StsTarget["chain"]>): Promise<RoleError> {
    const error = await Promise.resolve()
      .then(source)
      .catch((reason) => reason);
    assert.ok(error instanceof RoleError, String(error));
    return error;
  }

  const id = ", request id [0-9a-f-]{36}";
  const refusals: [
    title: string,
    base: typeof web | (() => Credentials),
    hops: Parameters<StsTarget["chain"]>[1][],
    wanted: RegExp,
  ][] = [
    [
      "the first role",
      keys,
      [{ arn: byToken, namedBy: "roleArn of the service connection" }],
      new RegExp(
        `^The role ${byToken} \\(roleArn of the service connection\\) could not be assumed: User: ${user.arn} is not authorized to perform: sts:AssumeRole on resource: ${byToken} \\(403 AccessDenied${id}\\)\\. Caller and role are in the same account, so the trust policy decides: the trust policy of the role must allow sts:AssumeRole to ${user.arn};`,
      ),
    ],
    [
      "the second role",
      keys,
      [{ arn: first }, { arn: third }],
      new RegExp(
        `^The role ${third} \\(assumeRole\\) .*The role is in account ${ELSEWHERE} and the caller in ${HERE}, so both must allow it: the trust policy of the role must allow sts:AssumeRole to ${first}, and the permissions policy of ${first} must allow sts:AssumeRole on ${third}\\.`,
      ),
    ],
    [
      "a token",
      { webIdentity: async () => issuer.issue("sc://contoso/other/x", AUDIENCE) },
      [{ arn: byToken }],
      /Not authorized to perform sts:AssumeRoleWithWebIdentity \(403 .* The trust policy of the role does not allow this token/,
    ],
    [
      "a role after a token",
      web,
      [{ arn: byToken }, { arn: third }],
      new RegExp(`^The role ${third} .* must allow sts:AssumeRole to ${byToken}, and`),
    ],
    [
      "a wrong external id",
      keys,
      [{ arn: guarded.arn, externalId: "another" }],
      /Check that the external ID is the one/,
    ],
    ["a missing external id", keys, [{ arn: guarded.arn }], /If it has a condition on sts:ExternalId, enter that ID/],
    [
      "session tags",
      keys,
      [{ arn: first, sessionTags: new Map([["a", "b"]]) }],
      /perform: sts:TagSession .* The session tags are refused: the trust policy of \S+ must allow sts:TagSession and/,
    ],
    [
      "a role that does not exist",
      keys,
      [{ arn: roleArn("gone") }],
      /AWS gives the same answer for a role that does not exist\.$/,
    ],
    [
      "a token that has expired",
      { webIdentity: async () => issuer.issue(SUBJECT, AUDIENCE, -10) },
      [{ arn: byToken }],
      /Token expired.*\(400 ExpiredTokenException.*The pipeline's token had expired when AWS received it/,
    ],
    [
      "a token for another audience",
      { webIdentity: async () => issuer.issue(SUBJECT, "another") },
      [{ arn: byToken }],
      /Incorrect token audience.*its audience \(aud\) among the audiences/,
    ],
    [
      "a token that is none",
      { webIdentity: async () => "no.to.ken" },
      [{ arn: byToken }],
      /400 InvalidIdentityToken.*could not verify the pipeline's token/,
    ],
    [
      "a token of an issuer without identity provider",
      web,
      [{ arn: roleArn("by-token", ELSEWHERE) }],
      /No OpenIDConnect provider found.*Add an identity provider of type OpenID Connect in IAM, in the account of the role/,
    ],
    [
      "an ARN that is none",
      keys,
      [{ arn: "arn:aws:iam::role/deploy" }],
      /Check assumeRole: "arn:aws:iam::role\/deploy" is not the ARN of a role/,
    ],
    [
      "a session that is too long",
      keys,
      [{ arn: tagged.arn, sessionTags: new Map([["team", "web"]]), durationSeconds: 7200 }],
      /MaxSessionDuration.*Enter less than 7200 s/,
    ],
    [
      "a session that is too short",
      keys,
      [{ arn: first, durationSeconds: 60 }],
      /Check the duration\. AWS allows 900 to 43,200 s/,
    ],
    [
      "a session policy that is none",
      keys,
      [{ arn: first, sessionPolicy: "{" }],
      /MalformedPolicyDocument.*Check sessionPolicy/,
    ],
    [
      "keys that AWS does not know",
      () => ({ ...userKeys, accessKeyId: "AKIANOBODY" }),
      [{ arn: first }],
      /403 InvalidClientTokenId.*Check the access key ID \(the service connection\)/,
    ],
    [
      "a wrong secret",
      () => ({ ...userKeys, secretAccessKey: "another" }),
      [{ arn: first }],
      /403 SignatureDoesNotMatch.*Check the secret access key \(the service connection\)/,
    ],
  ];
  for (const [title, base, hops, wanted] of refusals) {
    it(`says what to do where STS refuses ${title}`, async () => {
      assert.match((await refusal(target.chain(base, ...hops))).message, wanted);
    });
  }

  const answers: [code: string, wanted: RegExp, message?: string][] = [
    [
      "SignatureDoesNotMatch",
      /Set the clock of the agent's machine\. It differs from the clock of AWS by more than 15 minutes/,
      "Signature expired: 20260101T000000Z is now earlier than 20260101T010000Z (20260101T011500Z - 15 min.)",
    ],
    ["RegionDisabledException", /127\.0\.0\.1:\d+ is not active for the account of the role/],
    ["PackedPolicyTooLarge", /sessionPolicy and sessionTags are too large together/],
    ["IDPRejectedClaim", /The issuer of the pipeline's token says that the token is not valid/],
    ["ExpiredToken", /The session token of the keys \(the service connection\) has expired/],
    ["NotImplemented", /is not from AWS STS\. Check the STS endpoint/],
    ["Whatever", /ask AWS Support with the request ID/],
  ];
  for (const [code, wanted, message = "Something went wrong"] of answers) {
    it(`says what to do about ${code}: ${message}`, async () => {
      target.server.addFault("AssumeRole", { kind: "status", status: 400, code, message }, 1);
      const error = await refusal(target.chain(keys, { arn: first }));
      assert.match(error.message, wanted);
      assert.equal(error.awsCode, code);
    });
  }
});

describe("a role for which STS does not answer", () => {
  it("is told as one that could not be assumed, with what to check", async () => {
    const target = await startSts({ roles: [] });
    await target.server.close();
    await assert.rejects(
      async () => target.chain(() => userKeys, { arn: first })(),
      /^RoleError: The role \S+first \(assumeRole\) could not be assumed: no answer from 127\.0\.0\.1: .*ECONNREFUSED.* the region and stsEndpoint of the service connection/,
    );
    target.transport.close();
  });
});

describe("a refusal that names the policy", () => {
  let target: StsTarget;
  const open = roleArn("open", ELSEWHERE);
  const closed = roleArn("closed", ELSEWHERE);
  const forbidden = roleArn("forbidden");
  before(async () => {
    const deny = { Effect: "Deny", Principal: "*", Action: "sts:*" } as const;
    target = await startSts({
      namesPolicies: true,
      users: [{ ...user, mayAssume: [closed] }],
      roles: [
        { arn: open, trustPolicy: trust(user.arn) },
        { arn: closed, trustPolicy: trust(open) },
        { arn: forbidden, trustPolicy: { Statement: [...trust(user.arn).Statement, deny] } },
      ],
    });
  });
  after(() => target.stop());

  const cases: [title: string, arn: string, wanted: RegExp][] = [
    [
      "of the caller",
      open,
      /A permission is missing: the permissions policy of \S+ must allow sts:AssumeRole on \S+open\.$/,
    ],
    [
      "of the role",
      closed,
      /The trust policy refuses it: the trust policy of the role must allow sts:AssumeRole to \S+deployer\./,
    ],
    ["that forbids it", forbidden, /It is forbidden by a Deny in a resource-based policy/],
  ];
  for (const [title, arn, wanted] of cases) {
    it(`is told as one ${title}`, async () => {
      await assert.rejects(async () => target.chain(() => userKeys, { arn })(), wanted);
    });
  }
});
