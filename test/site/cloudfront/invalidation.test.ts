import assert from "node:assert/strict";
import { type InvalidationRequest, invalidate } from "../../../src/site/cloudfront/invalidation.ts";
import {
  type ControlPlaneStub,
  fakeTime,
  refusal,
  type StubAnswer,
  type StubRequest,
  startControlPlaneStub,
} from "../control-plane/control-plane-stub.ts";

const request: InvalidationRequest = {
  distributionId: "E1",
  paths: ["/index.html", "/docs/*"],
  callerReference: "build-7-1",
  waitsForCompletion: true,
  timeoutMs: 60_000,
};

const invalidation = (status: string): StubAnswer => ({
  body: `<Invalidation><Id>I1</Id><Status>${status}</Status><CreateTime>2026-01-01T00:00:00Z</CreateTime></Invalidation>`,
});
const busy = refusal(
  400,
  "TooManyInvalidationsInProgress",
  "Processing your request will cause you to exceed the limit.",
);

describe("an invalidation", () => {
  let stub: ControlPlaneStub;
  afterEach(() => stub.close());

  /** Answers in this order, and the last one from then on. */
  async function run(answers: readonly StubAnswer[], changes: Partial<InvalidationRequest> = {}, signal?: AbortSignal) {
    let count = 0;
    stub = await startControlPlaneStub(() => answers[Math.min(count++, answers.length - 1)] as StubAnswer);
    const time = fakeTime();
    const tools = { ...time, signal: signal ?? new AbortController().signal };
    const outcome = await invalidate(stub.controlPlane, { ...request, ...changes }, tools);
    return { outcome, delays: time.delays, lines: stub.requests.map(({ line }) => line) };
  }

  const CREATE = "POST /2020-05-31/distribution/E1/invalidation";
  const GET = "GET /2020-05-31/distribution/E1/invalidation/I1";

  it("is asked for with its paths and its name, and waited for", async () => {
    const answers = [invalidation("InProgress"), invalidation("InProgress"), invalidation("Completed")];
    assert.deepEqual(await run(answers), {
      outcome: { kind: "completed", id: "I1" },
      delays: [1000],
      lines: [CREATE, GET, GET],
    });
    const { body, headers } = stub.requests[0] as StubRequest;
    assert.match(body, /<Quantity>2<\/Quantity><Items><Path>\/index.html<\/Path><Path>\/docs\/\*<\/Path><\/Items>/);
    assert.match(body, /<CallerReference>build-7-1<\/CallerReference>/);
    assert.match(headers["user-agent"] ?? "", /s3-tasks\/1\.0\.0/);
  });

  it("is not waited for where nobody asks for that", async () => {
    assert.deepEqual(await run([invalidation("InProgress")], { waitsForCompletion: false }), {
      outcome: { kind: "started", id: "I1" },
      delays: [],
      lines: [CREATE],
    });
  });

  it("is tried again, under the same name, while CloudFront works on as many as it takes", async () => {
    const { outcome, delays, lines } = await run([
      busy,
      busy,
      busy,
      invalidation("InProgress"),
      invalidation("Completed"),
    ]);
    assert.deepEqual(outcome, { kind: "completed", id: "I1" });
    assert.deepEqual(delays, [1000, 2000, 4000]);
    assert.deepEqual(lines, [CREATE, CREATE, CREATE, CREATE, GET]);
    assert.equal(new Set(stub.requests.slice(0, 4).map(({ body }) => body)).size, 1);
  });

  it("is late where CloudFront takes no more in time", async () => {
    const { outcome, delays } = await run([busy]);
    assert.deepEqual(outcome, {
      kind: "late",
      code: "invalidation-not-started",
      message:
        'CloudFront accepted no new invalidation of the distribution E1 within one minute, because too many others are in progress. Until the caches expire, visitors may see the old site. Publish again, or invalidate "/*", when the others are complete.',
    });
    assert.deepEqual(delays, [1000, 2000, 4000, 8000, 16000, 20000, 9000]);
  });

  it("is late where it is not complete in time, the wait for its turn included", async () => {
    const { outcome, delays } = await run([busy, invalidation("InProgress")], { timeoutMs: 4000 });
    assert.deepEqual(outcome, {
      kind: "late",
      id: "I1",
      code: "invalidation-pending",
      message:
        "The invalidation I1 of the CloudFront distribution E1 was not complete within 0.1 minutes. CloudFront will complete it; nothing needs to be done. Until then, some visitors may see the old site.",
    });
    assert.deepEqual(delays, [1000, 1000, 2000]);
  });

  it("fails with the permission that is missing", async () => {
    const denied = refusal(403, "AccessDenied", "User: arn:aws:iam::111122223333:user/x is not authorized.");
    const { outcome } = await run([denied]);
    assert.deepEqual(outcome, {
      kind: "failed",
      code: "access-denied",
      message:
        "Invalidating the caches of the CloudFront distribution E1 failed: User: arn:aws:iam::111122223333:user/x is not authorized (403 AccessDenied, request id request-1). Allow the user or role behind awsCredentials the action cloudfront:CreateInvalidation on the distribution E1.",
    });
  });

  it("that cannot be watched is told as begun", async () => {
    const denied = refusal(403, "AccessDenied", "not authorized");
    const { outcome } = await run([invalidation("InProgress"), denied]);
    assert.deepEqual(outcome, {
      kind: "failed",
      id: "I1",
      code: "access-denied",
      message:
        "The task could not check whether the invalidation I1 of the CloudFront distribution E1 is complete: not authorized (403 AccessDenied, request id request-1). Allow the user or role behind awsCredentials the action cloudfront:GetInvalidation on the distribution E1.",
    });
  });

  it("ends with the step", async () => {
    const cancelled = new AbortController();
    stub = await startControlPlaneStub(() => busy);
    const pause = async (_: number, signal: AbortSignal) => {
      cancelled.abort(new Error("cancelled"));
      signal.throwIfAborted();
    };
    await assert.rejects(
      invalidate(stub.controlPlane, request, { pause, signal: cancelled.signal }),
      /^Error: cancelled$/,
    );
    assert.equal(stub.requests.length, 1);
  });
});
