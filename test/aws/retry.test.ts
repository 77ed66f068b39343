import assert from "node:assert/strict";
import { ServiceError } from "../../src/aws/errors/errors.ts";
import { decideRetry, withRetries } from "../../src/aws/retry.ts";
import { ConnectionError } from "../../src/http/connection-error.ts";

const refusal = (status: number, code: string, retryAfterMs?: number) =>
  new ServiceError({ status, awsCode: code, serverMessage: "said so", retryAfterMs });
const noAnswer = (code: string) => new ConnectionError(code, "host", "reason");

describe("retries", () => {
  const cases: [error: unknown, tries: number][] = [
    [refusal(503, "SlowDown"), 10],
    [refusal(500, "InternalError"), 10],
    [refusal(502, "HTTP 502"), 10],
    [refusal(400, "RequestTimeout"), 10],
    [refusal(403, "RequestTimeTooSkewed"), 10],
    [refusal(400, "IDPCommunicationError"), 10],
    [refusal(400, "PriorRequestNotComplete"), 10],
    [refusal(409, "ConditionalRequestConflict"), 10],
    [refusal(429, "HTTP 429"), 10],
    [refusal(408, "HTTP 408"), 10],
    [noAnswer("ECONNRESET"), 10],
    [noAnswer("ETIMEDOUT"), 3],
    [noAnswer("ENOTFOUND"), 5],
    [noAnswer("ECONNREFUSED"), 5],
    [noAnswer("DEPTH_ZERO_SELF_SIGNED_CERT"), 1],
    [refusal(403, "AccessDenied"), 1],
    [refusal(404, "NoSuchBucket"), 1],
    [refusal(501, "NotImplemented"), 1],
    [new Error("a bug"), 1],
  ];
  for (const [error, tries] of cases) {
    it(`try ${tries} times in all on: ${(error as Error).message}`, () => {
      let attempt = 1;
      while (decideRetry(error, attempt).retry) attempt++;
      assert.equal(attempt, tries);
    });
  }

  it("wait twice as long each time, spread at random, up to 20 s, longer when throttled", () => {
    const delays = (error: unknown) =>
      [1, 2, 3, 9].map((attempt) => Math.round(decideRetry(error, attempt, () => 0.9999999).delayMs));
    assert.deepEqual(delays(refusal(500, "InternalError")), [100, 200, 400, 20000]);
    assert.deepEqual(delays(refusal(503, "SlowDown")), [500, 1000, 2000, 20000]);
    assert.equal(decideRetry(refusal(500, "InternalError"), 3, () => 0).delayMs, 0);
  });

  it("wait at least as long as the server asks, but not for ever", () => {
    assert.equal(decideRetry(refusal(503, "SlowDown", 3000), 1, () => 0).delayMs, 3000);
    assert.equal(decideRetry(refusal(503, "SlowDown", 3_600_000), 1, () => 0).delayMs, 20_000);
  });

  it("end with the first success, and with the last error", async () => {
    let calls = 0;
    const failTwice = async () => {
      if (++calls < 3) throw refusal(500, "InternalError");
      return "done";
    };
    assert.equal(await withRetries(failTwice, undefined), "done");
    assert.equal(calls, 3);
    await assert.rejects(
      withRetries(() => Promise.reject(refusal(403, "AccessDenied")), undefined),
      /AccessDenied/,
    );
  });

  it("end at once when the signal is aborted", async () => {
    const controller = new AbortController();
    const attempt = async () => {
      controller.abort(new Error("enough"));
      throw refusal(503, "SlowDown");
    };
    await assert.rejects(withRetries(attempt, controller.signal), /enough/);
  });
});
