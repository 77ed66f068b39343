import assert from "node:assert/strict";
import { moto } from "../../../scripts/servers/moto.ts";
import type { RunningServer } from "../../../scripts/servers/server.ts";
import { createRoleChain } from "../../../src/aws/credentials/role-chain.ts";
import { createSts, type Sts } from "../../../src/aws/credentials/sts.ts";
import { createTransport, type Transport } from "../../../src/http/transport.ts";
import { startOrSkip } from "../../start-or-skip.ts";
import { AUDIENCE, issuer, SUBJECT, userKeys } from "./sts-stand-in.ts";

const account = "123456789012";
const first = `arn:aws:iam::${account}:role/first`;
const second = "arn:aws:iam::444455556666:role/second";

describe("the STS client, against moto", function () {
  this.timeout(120_000);
  let server: RunningServer;
  let transport: Transport;
  let sts: Sts;
  before(async function () {
    server = await startOrSkip(moto.start({ mayInstall: false }), this);
    transport = createTransport({ maxConnections: 2, idleTimeoutMs: 10_000 });
    sts = createSts({ endpoint: new URL(server.url), region: "us-east-1", transport, userAgent: "test" });
  });
  after(async () => {
    transport?.close();
    await server?.stop();
  });

  const silent = { onSecret: () => undefined, onNote: () => undefined };
  const hop = (arn: string) => ({ arn, sessionName: "azp-shop-1", namedBy: "assumeRole", durationSeconds: 900 });

  it("assumes a role with everything that belongs to it", async () => {
    const { credentials, arn } = await sts.assumeRole(
      {
        roleArn: first,
        sessionName: "azp-shop-1",
        durationSeconds: 900,
        externalId: "id",
        sessionTags: new Map([["team", "web & more"]]),
        sessionPolicy: '{"Version":"2012-10-17","Statement":[]}',
      },
      userKeys,
    );
    assert.equal(arn, `arn:aws:sts::${account}:assumed-role/first/azp-shop-1`);
    assert.ok(Math.abs((credentials.expiresAtMs ?? 0) - Date.now() - 900_000) < 5000);
    assert.deepEqual(await sts.getCallerIdentity(credentials), { account, arn });
  });

  for (const [title, base] of [
    ["keys", () => userKeys],
    ["a web identity", { webIdentity: async () => issuer.issue(SUBJECT, AUDIENCE) }],
  ] as const) {
    it(`chains roles from ${title}`, async () => {
      const acting: string[] = [];
      const source = createRoleChain({
        base,
        hops: [hop(first), hop(second)],
        sts,
        ...silent,
        onAssumed: (arn) => acting.push(arn),
      });
      const credentials = await source();
      assert.deepEqual(acting, ["arn:aws:sts::444455556666:assumed-role/second/azp-shop-1"]);
      assert.match(credentials.accessKeyId, /^ASIA/);
    });
  }
});
