import assert from "node:assert/strict";
import { mock } from "node:test";
import { type S3Credential, type S3Server, startS3Server } from "../../local/s3/server.ts";
import type { CredentialSource } from "../../src/aws/credentials/credentials.ts";
import { describeFailure, isStepFatal } from "../../src/aws/errors/error-hints.ts";
import { ServiceError } from "../../src/aws/errors/errors.ts";
import { openBucket } from "../../src/s3/bucket.ts";
import { uploadMultipart } from "../../src/s3/multipart/multipart-upload.ts";
import {
  keys,
  roleArn,
  type StsTarget,
  startSts,
  trust,
  trustToken,
  user,
  web,
} from "../aws/credentials/sts-stand-in.ts";
import type { StsServerOptions } from "../stand-ins/sts/server.ts";

const MIB = 1024 * 1024;
const first = roleArn("first");
const second = roleArn("second");
const byToken = roleArn("by-token");

/** How much later it is with each part of a large upload. */
const SECONDS_PER_PART = 5;

describe("a bucket under credentials that expire", () => {
  let sts: StsTarget;
  let s3: S3Server;
  /** Sessions that S3 takes for ended, whatever was said of them. */
  let revoked: Set<string>;
  // One clock for the client, S3 and STS, which only the tests move: how fast the machine is does not matter.
  beforeEach(() => mock.timers.enable({ apis: ["Date"], now: Date.now() }));
  async function start(options: StsServerOptions = {}): Promise<void> {
    const roles = [
      { arn: first, trustPolicy: trust(user.arn) },
      { arn: second, trustPolicy: { Statement: [...trust(first).Statement, ...trust(byToken).Statement] } },
      { arn: byToken, trustPolicy: trustToken() },
    ];
    revoked = new Set();
    sts = await startSts({ roles, ...options });
    const lookup = (id: string): S3Credential | undefined => {
      const known = sts.server.sessions.lookup(id);
      return known && revoked.has(id) ? { ...known, expiresAt: new Date(0) } : known;
    };
    s3 = await startS3Server({ credentials: lookup });
    s3.createBucket("bucket");
  }
  afterEach(async () => {
    mock.timers.reset();
    await sts.stop();
    await s3.close();
  });

  const open = (credentials: CredentialSource) =>
    openBucket({
      name: "bucket",
      store: { endpoint: new URL(s3.url), region: "us-east-1", addressingStyle: "path" },
      credentials,
      transport: sts.transport,
      userAgent: "tests",
    });
  const put = (bucket: ReturnType<typeof open>, key: string) =>
    bucket.send({ method: "PUT", key, bodySha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" });
  const codes = () => s3.requests.map(({ errorCode, status }) => errorCode ?? status);

  const chunk = Buffer.alloc(5 * MIB, "x");
  /** Uploads 20 parts, one after the other. */
  async function uploadForHundredSeconds(credentials: CredentialSource): Promise<void> {
    await uploadMultipart(
      open(credentials),
      "large",
      {
        sizeBytes: 20 * chunk.length,
        partSizeBytes: chunk.length,
        part: (_start, sizeBytes) => ({ sizeBytes, chunks: () => [chunk.subarray(0, sizeBytes)] }),
      },
      {
        write: { headers: {}, customerKeyHeaders: {}, checksumAlgorithm: "CRC32" },
        parallelParts: 1,
        onReused: () => undefined,
        sendPart: (send) => {
          mock.timers.tick(SECONDS_PER_PART * 1000);
          return send();
        },
        signal: new AbortController().signal,
      },
      async () => undefined,
    );
  }

  for (const [title, base, arns] of [
    ["keys → role → role", keys, [first, second]],
    ["web identity → role → role", web, [byToken, second]],
  ] as const) {
    it(`outlives sessions of 30 seconds in an upload of 100: ${title}`, async () => {
      await start({ sessionSeconds: 30 });
      await uploadForHundredSeconds(sts.chain(base, ...arns.map((arn) => ({ arn }))));
      assert.deepEqual(new Set(codes()), new Set([200]), "no request met an expired session");
      const sessions = new Set(s3.requests.map(({ headers }) => headers["x-amz-security-token"]));
      assert.ok(sessions.size >= 4, `${sessions.size} sessions`);
      assert.ok(sts.server.calls.every(({ status }) => status === 200));
      assert.deepEqual(sts.notes, []);
    });
  }

  it("goes on while STS is away for less than a session", async () => {
    await start({ sessionSeconds: 80 });
    const source = sts.chain(keys, { arn: first });
    await source();
    sts.server.addFault("AssumeRole", { kind: "status", status: 403, code: "AccessDenied" }, 1);
    await uploadForHundredSeconds(source);
    assert.deepEqual(new Set(codes()), new Set([200]));
    assert.equal(sts.notes.length, 1);
    assert.match(
      sts.notes[0] ?? "",
      /^The session of \S+first could not be renewed. It is valid for another \d+ s, and the task tries again\. The role/,
    );
  });

  it("renews once, and tries again, where S3 takes credentials for expired that should not be", async () => {
    await start();
    const source = sts.chain(keys, { arn: first });
    const bucket = open(source);
    revoked.add((await source()).accessKeyId);
    await Promise.all(Array.from({ length: 8 }, (_, index) => put(bucket, `k${index}`)));
    assert.deepEqual(codes().sort(), [...Array(8).fill(200), ...Array(8).fill("ExpiredToken")]);
    assert.equal(sts.server.calls.length, 2);
  });

  it("renews too where a HEAD meets the session that has ended, whose refusal has no code", async () => {
    await start();
    const source = sts.chain(keys, { arn: first });
    const bucket = open(source);
    await put(bucket, "k");
    revoked.add((await source()).accessKeyId);
    assert.equal((await bucket.send({ method: "HEAD", key: "k" })).status, 200);
    assert.deepEqual(
      s3.requests.map(({ method, status }) => `${method} ${status}`),
      ["PUT 200", "HEAD 400", "GET 400", "HEAD 200"],
    );
  });

  it("gives up where S3 takes new ones for expired too", async () => {
    await start();
    const source = sts.chain(keys, { arn: first });
    const always: CredentialSource = Object.assign(
      async () => {
        const credentials = await source();
        revoked.add(credentials.accessKeyId);
        return credentials;
      },
      { forget: source.forget?.bind(source) },
    ) as CredentialSource;
    const error = await put(open(always), "k").catch((reason) => reason);
    assert.ok(error instanceof ServiceError && isStepFatal(error));
    assert.match(describeFailure(error, "bucket"), /ExpiredToken.*new credentials were refused too: check the clock/);
    assert.deepEqual(codes(), ["ExpiredToken", "ExpiredToken"]);
  });

  it("does not try again with keys that are all there is", async () => {
    await start();
    const credentials = await sts.chain(keys, { arn: first })();
    revoked.add(credentials.accessKeyId);
    await assert.rejects(
      put(
        open(() => credentials),
        "k",
      ),
      /ExpiredToken/,
    );
    assert.deepEqual(codes(), ["ExpiredToken"]);
  });

  it("ends the step where the role is refused when it is renewed", async () => {
    await start({ sessionSeconds: 1 });
    const bucket = open(sts.chain(keys, { arn: first }));
    await put(bucket, "k");
    sts.server.setRole({ arn: first, trustPolicy: trust(roleArn("nobody")) });
    mock.timers.tick(2000);
    const error = await put(bucket, "k").catch((reason) => reason);
    assert.ok(isStepFatal(error));
    assert.match(
      describeFailure(error, "bucket", "k"),
      /^The role \S+first \(assumeRole\) could not be assumed: .*\(403 AccessDenied/,
    );
  });
});
