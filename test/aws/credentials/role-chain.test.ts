import assert from "node:assert/strict";
import type { Credentials } from "../../../src/aws/credentials/credentials.ts";
import {
  AUDIENCE,
  ELSEWHERE,
  guarded,
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
  web,
} from "./sts-stand-in.ts";

const first = roleArn("first");
const byToken = roleArn("by-token");
const second = roleArn("second", ELSEWHERE);
const third = roleArn("third", ELSEWHERE);

describe("a chain of roles", () => {
  let target: StsTarget;
  before(async () => {
    target = await startSts({
      roles: [
        { arn: first, trustPolicy: trust(user.arn), maxSessionSeconds: 43_200 },
        { arn: byToken, trustPolicy: trustToken("sc://contoso/shop/*"), maxSessionSeconds: 43_200 },
        {
          arn: second,
          trustPolicy: { Statement: [...trust(first).Statement, ...trust(byToken).Statement] },
          maxSessionSeconds: 43_200,
        },
        { arn: third, trustPolicy: trust(second) },
        guarded,
        tagged,
      ],
    });
  });
  beforeEach(() => {
    target.server.clearCalls();
    for (const list of [target.secrets, target.notes, target.acting]) list.length = 0;
  });
  after(() => target.stop());

  const actions = () => target.server.calls.map(({ action, form }) => `${action} ${form.get("RoleArn")}`);
  const sessionOf = (arn: string) => `arn:aws:sts::${arn.split(":")[4]}:assumed-role/${arn.split("/")[1]}/azp-shop-1`;
  const whoIs = ({ accessKeyId }: Credentials) => target.server.sessions.find(accessKeyId)?.principal.arn;

  const paths: [title: string, base: typeof web | (() => Credentials), arns: string[]][] = [
    ["keys → role", keys, [first]],
    ["keys → role → role", keys, [first, second]],
    ["keys → role → role → role", keys, [first, second, third]],
    ["web identity → role", web, [byToken]],
    ["web identity → role → role", web, [byToken, second]],
  ];
  for (const [title, base, arns] of paths) {
    it(`leads from ${title}`, async () => {
      const source = target.chain(base, ...arns.map((arn) => ({ arn })));
      const credentials = await source();
      assert.equal(whoIs(credentials), sessionOf(arns.at(-1) as string));
      assert.deepEqual(target.acting, [whoIs(credentials)]);
      assert.deepEqual(
        actions(),
        arns.map((arn) => `${arn === byToken ? "AssumeRoleWithWebIdentity" : "AssumeRole"} ${arn}`),
      );
      assert.equal(await source(), credentials, "asks nothing more");
      assert.equal(target.server.calls.length, arns.length);
    });
  }

  it("is the base itself where there are no roles", async () => {
    assert.equal(target.chain(keys), keys);
    assert.throws(() => target.chain(web), /a web identity needs a role/);
  });

  it("tells every secret before the next request uses it", async () => {
    let token = "";
    const base = {
      webIdentity: async () => {
        token = issuer.issue(SUBJECT, AUDIENCE);
        return token;
      },
    };
    const known: boolean[] = [];
    const { sts, secrets } = target;
    const { assumeRole, assumeRoleWithWebIdentity } = sts;
    Object.assign(sts, {
      assumeRole: ((request, by) => {
        known.push(secrets.includes(by.secretAccessKey) && secrets.includes(by.sessionToken ?? ""));
        return assumeRole(request, by);
      }) satisfies typeof assumeRole,
      assumeRoleWithWebIdentity: ((request) => {
        known.push(secrets.includes(request.token));
        return assumeRoleWithWebIdentity(request);
      }) satisfies typeof assumeRoleWithWebIdentity,
    });
    try {
      const { secretAccessKey, sessionToken } = await target.chain(base, { arn: byToken }, { arn: second })();
      assert.deepEqual(known, [true, true]);
      assert.deepEqual(secrets.slice(-2), [secretAccessKey, sessionToken]);
      assert.equal(secrets.length, 5);
    } finally {
      Object.assign(sts, { assumeRole, assumeRoleWithWebIdentity });
    }
  });

  it("asks for an hour where a role's credentials lead to another, and says so once", async () => {
    const source = target.chain(keys, { arn: first, durationSeconds: 7200 }, { arn: second, durationSeconds: 7200 });
    const credentials = await source();
    source.forget?.(credentials);
    await source();
    assert.deepEqual(
      target.server.calls.map(({ form }) => form.get("DurationSeconds")),
      ["7200", "3600", "3600"],
    );
    assert.deepEqual(target.notes, [
      `${second} (assumeRole) is assumed for 3600 s and not for 7200 s, because AWS allows 3600 s for a role that is assumed with temporary credentials. The task renews it.`,
    ]);
  });

  it("asks for what it is told where a token leads to a role", async () => {
    await target.chain(web, { arn: byToken, durationSeconds: 43_200 })();
    assert.equal(target.server.calls[0]?.form.get("DurationSeconds"), "43200");
    assert.deepEqual(target.notes, []);
  });

  it("sends external id and tags to the role that they are for", async () => {
    assert.ok(await target.chain(keys, { arn: guarded.arn, externalId: "the-id" })());
    const sessionTags = new Map([["team", "web"]]);
    const { accessKeyId } = await target.chain(keys, { arn: tagged.arn, sessionTags })();
    assert.deepEqual(target.server.sessions.find(accessKeyId)?.principal.tags, sessionTags);
  });

  it("asks for a new token each time", async () => {
    let count = 0;
    const base = {
      webIdentity: async () => {
        count++;
        return issuer.issue(SUBJECT, AUDIENCE);
      },
    };
    const source = target.chain(base, { arn: byToken });
    source.forget?.(await source());
    await source();
    assert.equal(count, 2);
  });

  it("begins again where STS does not take the session of the role before", async () => {
    const source = target.chain(keys, { arn: first }, { arn: second });
    source.forget?.(await source());
    target.server.addFault("AssumeRole", { kind: "status", status: 403, code: "ExpiredToken" }, 1);
    assert.equal(whoIs(await source()), sessionOf(second));
    assert.deepEqual(actions().slice(2), [`AssumeRole ${second}`, `AssumeRole ${first}`, `AssumeRole ${second}`]);
  });

  it("tells what the base throws as it is", async () => {
    const failing = { webIdentity: () => Promise.reject(new Error("no token")) };
    await assert.rejects(async () => target.chain(failing, { arn: byToken })(), /^Error: no token$/);
  });
});
