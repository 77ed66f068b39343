import assert from "node:assert/strict";
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  AssumeRoleWithWebIdentityCommand,
  STSClient,
} from "@aws-sdk/nested-clients/sts";
import { startS3Server } from "../../../local/s3/server.ts";
import { sendRaw } from "../../conformance/raw-request.ts";
import { getCallerIdentity, type Keys } from "./caller-identity.ts";
import { createOidcIssuer } from "./oidc-issuer.ts";
import { type StsServer, startStsServer } from "./server.ts";

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

const account = "111122223333";
const user = { arn: `arn:aws:iam::${account}:user/u`, accessKeyId: "AKIAEXAMPLE000000000", secretAccessKey: "secret" };
const roleArn = `arn:aws:iam::${account}:role/path/deploy`;
const chainedArn = "arn:aws:iam::444455556666:role/chained";
const webArn = `arn:aws:iam::${account}:role/web`;
const issuer = createOidcIssuer("https://issuer.example/org");
const forger = createOidcIssuer("https://issuer.example/org");

describe("the STS stand-in, asked by the AWS SDK", () => {
  let server: StsServer;
  let offsetMs: number;
  const start = (options: { sessionSeconds?: number } = {}) =>
    startStsServer({
      users: [user],
      roles: [
        {
          arn: roleArn,
          trustPolicy: {
            Statement: [
              { Effect: "Allow", Principal: { AWS: user.arn }, Action: ["sts:AssumeRole", "sts:TagSession"] },
            ],
          },
          mayAssume: [chainedArn],
        },
        {
          arn: chainedArn,
          trustPolicy: {
            Statement: [{ Effect: "Allow", Principal: { AWS: account }, Action: ["sts:AssumeRole", "sts:TagSession"] }],
          },
          maxSessionSeconds: 43_200,
        },
        {
          arn: webArn,
          trustPolicy: {
            Statement: [
              {
                Effect: "Allow",
                Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/issuer.example/org` },
                Action: "sts:AssumeRoleWithWebIdentity",
                Condition: { StringLike: { "issuer.example/org:sub": "sc://org/*" } },
              },
            ],
          },
        },
      ],
      identityProviders: [{ account, issuer, audiences: ["aud"] }],
      now: () => new Date(Date.now() + offsetMs),
      ...options,
    });
  beforeEach(async () => {
    offsetMs = 0;
    server = await start();
  });
  afterEach(() => server.close());

  const client = (credentials: Keys = user) =>
    new STSClient({ endpoint: server.url, region: "us-east-1", credentials, maxAttempts: 1 });
  const assume = async (input: Partial<AssumeRoleCommandInput> = {}, credentials: Keys = user) => {
    const command = new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: "session", ...input });
    const { Credentials, AssumedRoleUser } = await client(credentials).send(command);
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
    const keys = {
      accessKeyId: AccessKeyId ?? "",
      secretAccessKey: SecretAccessKey ?? "",
      sessionToken: SessionToken ?? "",
    };
    return { keys, expiration: Expiration, arn: AssumedRoleUser?.Arn };
  };
  const byToken = (WebIdentityToken: string, RoleArn = webArn) =>
    client().send(new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName: "session", WebIdentityToken }));
  const refused = async (promise: Promise<unknown>) => {
    const error = await promise.then(
      () => undefined,
      (reason) => reason,
    );
    return [error?.$metadata?.httpStatusCode, error?.Code ?? error?.name, error?.message];
  };
  const whoami = (credentials: Keys, region = "us-east-1") => getCallerIdentity(server.url, credentials, region);

  it("opens sessions that it knows again", async () => {
    const { keys, arn, expiration } = await assume();
    assert.equal(arn, `arn:aws:sts::${account}:assumed-role/deploy/session`);
    assert.ok(Math.abs((expiration?.getTime() ?? 0) - Date.now() - 3_600_000) < 2000);
    assert.equal((await whoami(keys)).Arn, arn);
    const { Arn, Account } = await whoami(user);
    assert.deepEqual([Arn, Account], [user.arn, account]);
  });

  it("checks signatures", async () => {
    const { keys } = await assume();
    const invalid = [403, "InvalidClientTokenId", "The security token included in the request is invalid."];
    assert.deepEqual(await refused(whoami({ ...user, accessKeyId: "AKIANOBODY" })), invalid);
    assert.deepEqual(await refused(whoami({ ...keys, sessionToken: "another" })), invalid);
    assert.deepEqual((await refused(whoami({ ...keys, secretAccessKey: "another" }))).slice(0, 2), [
      403,
      "SignatureDoesNotMatch",
    ]);
    const [, code, message] = await refused(whoami(user, "eu-west-1"));
    assert.deepEqual(
      [code, message],
      ["SignatureDoesNotMatch", "Credential should be scoped to a valid region, not 'eu-west-1'. "],
    );
  });

  it("wants requests of its own time", async () => {
    offsetMs = 16 * 60_000;
    assert.match(
      String((await refused(whoami(user)))[2]),
      /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 15 min\.\)$/,
    );
    offsetMs = -16 * 60_000;
    assert.match(
      String((await refused(whoami(user)))[2]),
      /^Signature not yet current: .* is still later than .* \+ 15 min\.\)$/,
    );
  });

  it("ends sessions, after seconds where it is told so, and S3 with it", async () => {
    await server.close();
    server = await start({ sessionSeconds: 1 });
    const s3 = await startS3Server({ credentials: server.sessions.lookup, now: () => new Date(Date.now() + offsetMs) });
    try {
      const { keys } = await assume();
      const list = async (changed: Partial<typeof keys> = {}) => {
        const { sessionToken, ...key } = { ...keys, ...changed };
        const at = { url: s3.url, region: "us-east-1", ...key };
        const { status, error } = await sendRaw(at, { method: "GET", path: "/", sessionToken });
        return [status, error.Code];
      };
      assert.deepEqual(await list(), [200, undefined]);
      assert.deepEqual(await list({ sessionToken: "another" }), [400, "InvalidToken"]);
      assert.deepEqual(await list({ accessKeyId: "ASIANOBODY" }), [403, "InvalidAccessKeyId"]);
      offsetMs = 2000;
      assert.deepEqual(await list(), [400, "ExpiredToken"]);
      const expired = [403, "ExpiredToken", "The security token included in the request is expired"];
      assert.deepEqual(await refused(whoami(keys)), expired);
    } finally {
      await s3.close();
    }
  });

  it("chains roles, for an hour", async () => {
    const { keys } = await assume();
    const chained = { RoleArn: chainedArn };
    assert.match((await assume(chained, keys)).arn ?? "", /assumed-role\/chained\/session$/);
    assert.deepEqual(await refused(assume({ ...chained, DurationSeconds: 3601 }, keys)), [
      400,
      "ValidationError",
      "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
    ]);
    assert.ok(await assume({ ...chained, DurationSeconds: 3601 }));
  });

  it("asks the caller's own policy where the trust policy leaves it to the account", async () => {
    const { keys } = await assume();
    const other = "arn:aws:iam::444455556666:role/other";
    server.setRole({
      arn: other,
      trustPolicy: { Statement: [{ Effect: "Allow", Principal: "*", Action: "sts:AssumeRole" }] },
    });
    const session = `arn:aws:sts::${account}:assumed-role/deploy/session`;
    assert.deepEqual(await refused(assume({ RoleArn: other }, keys)), [
      403,
      "AccessDenied",
      `User: ${session} is not authorized to perform: sts:AssumeRole on resource: ${other}`,
    ]);
  });

  it("keeps tags, hands transitive ones on, and does not let them be replaced", async () => {
    const Tags = [
      { Key: "project", Value: "shop" },
      { Key: "team", Value: "web" },
    ];
    const { keys } = await assume({ Tags, TransitiveTagKeys: ["project"] });
    assert.deepEqual(
      server.sessions.find(keys.accessKeyId)?.principal.tags,
      new Map([
        ["project", "shop"],
        ["team", "web"],
      ]),
    );
    const next = await assume({ RoleArn: chainedArn }, keys);
    assert.deepEqual(server.sessions.find(next.keys.accessKeyId)?.principal.tags, new Map([["project", "shop"]]));
    const replaced = assume({ RoleArn: chainedArn, Tags: [{ Key: "project", Value: "other" }] }, keys);
    assert.deepEqual((await refused(replaced)).slice(0, 2), [400, "InvalidParameterValue"]);
  });

  const wrong: [title: string, input: Partial<AssumeRoleCommandInput>, code: string, message: RegExp][] = [
    ["an ARN that is none", { RoleArn: "arn:aws:iam::role/a-role" }, "ValidationError", /^Request ARN is invalid$/],
    [
      "a short ARN",
      { RoleArn: "deploy" },
      "ValidationError",
      /Value 'deploy' at 'roleArn'.*greater than or equal to 20/,
    ],
    [
      "a session name",
      { RoleSessionName: "a b" },
      "ValidationError",
      /Value 'a b' at 'roleSessionName'.*pattern: \[\\w\+=,\.@-\]\*/,
    ],
    ["an external id", { ExternalId: "a" }, "ValidationError", /at 'externalId'/],
    ["too short a session", { DurationSeconds: 899 }, "ValidationError", /greater than or equal to 900/],
    ["too long a session", { DurationSeconds: 43_201 }, "ValidationError", /less than or equal to 43200/],
    [
      "a longer session than the role's",
      { DurationSeconds: 3601 },
      "ValidationError",
      /^The requested DurationSeconds exceeds the MaxSessionDuration set for this role\.$/,
    ],
    ["a policy that is no JSON", { Policy: "{" }, "MalformedPolicyDocument", /JSON/],
    [
      "the same tag twice",
      {
        Tags: [
          { Key: "a", Value: "1" },
          { Key: "A", Value: "2" },
        ],
      },
      "InvalidParameterValue",
      /^Duplicate tag keys/,
    ],
    [
      "too much of everything",
      { Tags: Array.from({ length: 10 }, (_, index) => ({ Key: `k${index}`, Value: "v".repeat(250) })) },
      "PackedPolicyTooLarge",
      /^Packed policy consumes \d+% of allotted space, please use smaller policy\.$/,
    ],
  ];
  for (const [title, input, code, message] of wrong) {
    it(`refuses ${title}`, async () => {
      const [, gotCode, gotMessage] = await refused(assume(input));
      assert.equal(gotCode, code);
      assert.match(String(gotMessage), message);
    });
  }

  it("takes tokens of its identity providers", async () => {
    const answer = await byToken(issuer.issue("sc://org/project/connection", "aud"));
    assert.equal(answer.Provider, `arn:aws:iam::${account}:oidc-provider/issuer.example/org`);
    assert.equal(answer.SubjectFromWebIdentityToken, "sc://org/project/connection");
    assert.equal(answer.AssumedRoleUser?.Arn, `arn:aws:sts::${account}:assumed-role/web/session`);
  });

  const tokens: [title: string, token: () => string, code: string, message: RegExp][] = [
    [
      "of other subjects",
      () => issuer.issue("sc://other/project", "aud"),
      "AccessDenied",
      /^Not authorized to perform sts:AssumeRoleWithWebIdentity$/,
    ],
    ["for other audiences", () => issuer.issue("sc://org/p/c", "other"), "InvalidIdentityToken", /audience/],
    [
      "of other issuers",
      () => createOidcIssuer("https://other.example").issue("sc://org/p/c", "aud"),
      "InvalidIdentityToken",
      /^No OpenIDConnect provider found in your account for https:\/\/other\.example$/,
    ],
    ["that somebody else signed", () => forger.issue("sc://org/p/c", "aud"), "InvalidIdentityToken", /signature/],
    [
      "that have expired",
      () => issuer.issue("sc://org/p/c", "aud", 0),
      "ExpiredTokenException",
      /^Token expired: current date\/time \d+ must be before the expiration date\/time \d+$/,
    ],
    ["that are none", () => "token", "InvalidIdentityToken", /not a valid JWT/],
    [
      "that say they are not signed",
      () => `${Buffer.from('{"alg":"none"}').toString("base64url")}.e30.`,
      "InvalidIdentityToken",
      /not a valid JWT/,
    ],
  ];
  for (const [title, token, code, message] of tokens) {
    it(`refuses tokens ${title}`, async () => {
      const [, gotCode, gotMessage] = await refused(byToken(token()));
      assert.equal(gotCode, code);
      assert.match(String(gotMessage), message);
    });
  }

  it("fails on request", async () => {
    server.addFault("GetCallerIdentity", { kind: "status", status: 503, code: "ServiceUnavailable" }, 1);
    server.addFault("GetCallerIdentity", { kind: "delay", delayMs: 50 }, 1);
    assert.equal((await refused(whoami(user)))[0], 503);
    const startMs = Date.now();
    await whoami(user);
    assert.ok(Date.now() - startMs >= 45);
    assert.deepEqual(
      server.calls.map(({ action, status }) => [action, status]),
      [
        ["GetCallerIdentity", 503],
        ["GetCallerIdentity", 200],
      ],
    );
  });
});
