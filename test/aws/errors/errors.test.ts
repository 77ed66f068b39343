import assert from "node:assert/strict";
import { describeFailure } from "../../../src/aws/errors/error-hints.ts";
import { readServiceError } from "../../../src/aws/errors/errors.ts";

const read = (status: number, body: string, headers = {}) =>
  readServiceError({ status, headers, body: Buffer.from(body) });

describe("a refusal", () => {
  it("is read from S3's document and headers", async () => {
    const xml =
      '<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>No such key.</Message><Region>eu-west-1</Region></Error>';
    const error = await read(404, xml, { "x-amz-request-id": "R1", "retry-after": "2" });
    assert.equal(error.message, "No such key (404 NoSuchKey, request id R1)");
    assert.equal(error.details.region, "eu-west-1");
    assert.equal(error.details.retryAfterMs, 2000);
  });

  it("is read from the envelope that other services have", async () => {
    const xml =
      '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>Not you</Message></Error><RequestId>R2</RequestId></ErrorResponse>';
    assert.equal((await read(403, xml)).message, "Not you (403 AccessDenied, request id R2)");
    assert.equal((await read(403, xml, { "x-amzn-requestid": "R3" })).details.requestId, "R3");
  });

  it("without a body is named by its status", async () => {
    assert.equal((await read(403, "")).awsCode, "AccessDenied");
    assert.equal((await read(301, "", { "x-amz-bucket-region": "eu-west-1" })).details.region, "eu-west-1");
  });

  const odd: [title: string, status: number, body: string, message: string][] = [
    ["a page", 502, "<html><body><br></body></html>", "the server gave no reason (502)"],
    ["a broken document", 500, "<Error><Code>", "the server gave no reason (500)"],
    [
      "two messages",
      503,
      "<Error><Code>SlowDown</Code><Message>a</Message><Message>b</Message></Error>",
      "the server gave no reason (503 SlowDown)",
    ],
    [
      "a message that is an element",
      400,
      "<Error><Code>Odd</Code><Message><b>x</b></Message></Error>",
      "the server gave no reason (400 Odd)",
    ],
    ["an error of text alone", 400, "<Error>no</Error>", "the server gave no reason (400)"],
  ];
  for (const [title, status, body, message] of odd) {
    it(`is told as far as it can be understood: ${title}`, async () => {
      assert.equal((await read(status, body)).message, message);
    });
  }

  it("that is long is cut", async () => {
    const error = await read(400, `<Error><Code>Long</Code><Message>${"x".repeat(100_000)}</Message></Error>`);
    assert.equal(error.message, `${"x".repeat(499)}… (400 Long)`);
  });

  it("is cut before anything searches in it, so that it costs little", async () => {
    const started = process.cpuUsage();
    const xml = (message: string) => `<Error><Code>AccessDenied</Code><Message>${message}</Message></Error>`;
    const short = await read(403, xml(`${".".repeat(100_000)}x`));
    const long = await read(403, xml(`${".".repeat(5_000_000)}x`));
    describeFailure(short, "bucket", "key");
    const { user } = process.cpuUsage(started);
    assert.equal(short.awsCode, "AccessDenied");
    assert.equal(long.message, "the answer is larger than an error document of S3 (403)");
    assert.ok(user < 2_000_000, `${user / 1000} ms`);
  });

  it("has all its parts cut, wherever they come from", async () => {
    const long = "x".repeat(10_000);
    const xml = `<Error><Code>${long}</Code><Message>m</Message><Region>${long}</Region></Error>`;
    const error = await read(400, xml, { "x-amz-request-id": long });
    const cut = `${"x".repeat(199)}…`;
    assert.equal(error.message, `m (400 ${cut}, request id ${cut})`);
    assert.equal(error.details.region, cut);
  });
});
