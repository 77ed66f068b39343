import assert from "node:assert/strict";
import { once } from "node:events";
import { appendFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import type { StepRequest, StepResult } from "../../local/agent/agent.ts";
import { type FaultRule, type S3Server, startS3Server } from "../../local/s3/server.ts";
import { type EmbeddedTarget, startEmbeddedTarget } from "../target.ts";
import { connectionTo } from "./store-step.ts";
import { listKeys, readBucket, readObject, runUpload, SourceFolder } from "./upload-step.ts";

const MIB = 1024 ** 2;

// These order their own faults, so they run on the embedded server alone.
describe("AwsS3Upload, when things go wrong on the way", () => {
  let target: EmbeddedTarget;
  let server: S3Server;
  let bucket: string;
  let source: SourceFolder;
  beforeEach(async () => {
    target = await startEmbeddedTarget();
    server = target.server;
    bucket = await target.newBucket();
    source = new SourceFolder();
    server.clearRequests();
  });
  afterEach(async () => {
    source.remove();
    await target.stop();
  });

  const upload = (step: Partial<StepRequest> = {}, inputs = {}) =>
    runUpload(target, { bucketName: bucket, sourceFolder: source.path, ...inputs }, step);
  const slowDown = { kind: "status", status: 503, code: "SlowDown" } as const;

  const passing: [title: string, fault: FaultRule][] = [
    ["the server asks to slow down", { match: { operation: "PutObject" }, times: 3, action: slowDown }],
    [
      "the server has an internal error",
      { match: { operation: "PutObject" }, times: 2, action: { kind: "status", status: 500, code: "InternalError" } },
    ],
    [
      "a proxy answers in the server's stead",
      { match: { operation: "PutObject" }, times: 2, action: { kind: "status", status: 502, code: "BadGateway" } },
    ],
    ["connections are reset", { match: {}, times: 3, action: { kind: "reset" } }],
    [
      "connections are reset after the work is done",
      { match: {}, times: 2, action: { kind: "reset", when: "afterWork" } },
    ],
    [
      "the server takes the request for too old",
      { match: {}, times: 1, action: { kind: "status", status: 403, code: "RequestTimeTooSkewed" } },
    ],
  ];
  for (const [title, fault] of passing) {
    it(`tries again and uploads everything where ${title}`, async () => {
      source.write({ "a.txt": "a", "b.txt": "b", "c.txt": "c" });
      const ordered = server.addFault(fault);
      assertSucceeded(await upload());
      assert.equal(ordered.hits, fault.times);
      assert.deepEqual(await readBucket(target, bucket), { "a.txt": "a", "b.txt": "b", "c.txt": "c" });
    });
  }

  it("tells how far it is, if that has changed", async () => {
    source.write({ "a.txt": "aaa", "late.txt": "b" });
    server.addFault({ match: { key: "late.txt" }, times: 1, action: { kind: "delay", delayMs: 4500 } });
    const result = await upload();
    assertSucceeded(result);
    const lines = result.log.filter((line) => line.includes(" %: "));
    assert.equal(lines.length, 1, lines.join("\n"));
    assert.match(lines[0] ?? "", /^75 %: 1 of 2 files, 3 B of 4 B, \d+ B\/s, [\d.]+ s left$/);
    assert.deepEqual(result.progress[0], { percent: 75, text: "1 of 2 files" });
  });

  it("tells how much of a large file is sent, before a part of it is stored", async () => {
    source.write({ "large.bin": Buffer.alloc(MIB) });
    const delay = { kind: "delay", delayMs: 4500 } as const;
    server.addFault({ match: { key: "large.bin" }, times: 1, action: delay });
    const result = await upload();
    assertSucceeded(result);
    const lines = result.log.filter((line) => line.includes(" %: "));
    assert.equal(lines.length, 1, lines.join("\n"));
    assert.match(lines[0] ?? "", /^100 %: 0 of 1 files, 1\.0 MB of 1\.0 MB, /);
  });

  it("tells that it is still comparing, where that takes long", async () => {
    source.write({ "a.txt": "aaa", "b.txt": "b" });
    assertSucceeded(await upload());
    server.addFault({ match: { operation: "HeadObject" }, times: 1, action: { kind: "delay", delayMs: 5500 } });
    const result = await upload({}, { cacheControl: "a.txt=no-cache" });
    assertSucceeded(result);
    assert.deepEqual(
      result.log.filter((line) => line.startsWith("Comparing")),
      ["Comparing files and objects: 2 so far"],
    );
  });

  it("goes by the server's clock where the machine's own is wrong", async () => {
    source.write({ "a.txt": "a" });
    const ahead = await startS3Server({ now: () => new Date(Date.now() + 3_600_000) });
    ahead.createBucket(bucket);
    const result = await upload({ connections: [{ ...connectionTo(target), url: ahead.url }] });
    const seen = ahead.requests.map(({ status, errorCode }) => errorCode ?? status);
    await ahead.close();
    assertSucceeded(result);
    assert.deepEqual(seen, ["RequestTimeTooSkewed", 200, 200]);
  });

  it("goes by the server's clock before it creates the bucket, although a refused HEAD gives no reason", async () => {
    source.write({ "a.txt": "a" });
    const ahead = await startS3Server({ now: () => new Date(Date.now() + 3_600_000) });
    const result = await upload(
      { connections: [{ ...connectionTo(target), url: ahead.url }] },
      { createBucket: "true" },
    );
    const seen = ahead.requests.map(({ operation, status }) => `${operation} ${status}`);
    await ahead.close();
    assertSucceeded(result);
    assert.deepEqual(seen, ["HeadBucket 403", "HeadBucket 404", "CreateBucket 200", "PutObject 200"]);
  });

  it("sends a part again, and no other, where one fails", async () => {
    source.write({ "large.bin": Buffer.alloc(33 * MIB, "large") });
    server.addFault({ match: { operation: "UploadPart", partNumber: 2 }, times: 2, action: { kind: "reset" } });
    server.addFault({
      match: { operation: "CompleteMultipartUpload" },
      times: 1,
      action: { kind: "status", status: 200, code: "InternalError" },
    });
    assertSucceeded(await upload());
    const parts = server.requests.filter(({ operation }) => operation === "UploadPart");
    assert.deepEqual(parts.map(({ query }) => query.partNumber).sort(), ["1", "2", "2", "2", "3"]);
    assert.equal((await readObject(target, bucket, "large.bin")).length, 33 * MIB);
  });

  it("knows a multipart upload for complete where the answer to that was lost", async () => {
    source.write({ "large.bin": Buffer.alloc(17 * MIB, "large") });
    const lost = server.addFault({
      match: { operation: "CompleteMultipartUpload" },
      times: 1,
      action: { kind: "reset", when: "afterWork" },
    });
    assertSucceeded(await upload());
    assert.equal(lost.hits, 1);
    assert.equal((await readObject(target, bucket, "large.bin")).length, 17 * MIB);
  });

  it("knows headers for changed where the answer to that was lost, though the object has a new ETag", async () => {
    source.write({ "large.bin": Buffer.alloc(17 * MIB, "large") });
    assertSucceeded(await upload());
    const lost = server.addFault({
      match: { operation: "CopyObject" },
      times: 1,
      action: { kind: "reset", when: "afterWork" },
    });
    const result = await upload({}, { cacheControl: "**=no-cache" });
    assertSucceeded(result);
    assert.equal(lost.hits, 1);
    const copies = server.requests.filter(({ operation }) => operation === "CopyObject");
    assert.deepEqual(
      copies.map(({ status, errorCode }) => errorCode ?? status),
      // The first answer was not sent.
      [0, "PreconditionFailed"],
    );
    const { CacheControl } = await target.client().send(new HeadObjectCommand({ Bucket: bucket, Key: "large.bin" }));
    assert.equal(CacheControl, "no-cache");
  });

  it("uploads the other files where one fails for good, and names it with the reason", async () => {
    source.write({ "a.txt": "a", "b.txt": "b", "c.txt": "c" });
    server.addFault({
      match: { key: "b.txt" },
      action: { kind: "status", status: 400, code: "InvalidArgument", message: "Not this one" },
    });
    const result = await upload();
    assertFailed(result, ["b.txt was not uploaded: Not this one (400 InvalidArgument). [request-refused]"]);
    assert.deepEqual(await listKeys(target, bucket), ["a.txt", "c.txt"]);
    assert.equal(result.outputVariables.filesUploaded?.value, "2");
  });

  it("names the first 50 of many failed files, and counts the rest", async () => {
    source.write(Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`bad-${index}.txt`, "x"])));
    source.write({ "good.txt": "x" });
    server.addFault({
      match: { key: /^bad/ },
      action: { kind: "status", status: 400, code: "InvalidArgument", message: "No" },
    });
    const result = await upload();
    assert.equal(result.result, "Failed");
    assert.equal(result.issues.length, 50);
    assert.ok(result.log.includes("… and 10 more errors."), result.log.join("\n"));
  });

  it("stops at once where every file would fail alike, with one error", async () => {
    source.write(Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`${index}.txt`, "x"])));
    server.addFault({
      match: { operation: "PutObject" },
      action: { kind: "status", status: 403, code: "AccessDenied", message: "Access Denied" },
    });
    const result = await upload();
    assertFailed(result, [
      `Upload to s3://${bucket}/ failed: Access Denied (403 AccessDenied). Allow the user or role behind awsCredentials the action s3:PutObject on arn:aws:s3:::${bucket}/*, in its own policy and in the policy of the bucket. 500 of 500 files are not uploaded. [access-denied]`,
    ]);
    assert.ok(server.requests.length <= 128, `${server.requests.length} requests`);
  });

  it("takes a denial of one key for what it is, whichever answer comes first", async () => {
    source.write({ "a.txt": "a", "secret/b.txt": "b", "z.txt": "z" });
    const denied = { kind: "status", status: 403, code: "AccessDenied", message: "Access Denied" } as const;
    server.addFault({ match: { key: /^secret/ }, action: denied });
    server.addFault({ match: { key: /^[az]/ }, times: 2, action: { kind: "delay", delayMs: 300 } });
    assertFailed(await upload(), [
      `secret/b.txt was not uploaded: Access Denied (403 AccessDenied). Allow the user or role behind awsCredentials the action s3:PutObject on arn:aws:s3:::${bucket}/secret/b.txt, in its own policy and in the policy of the bucket. [access-denied]`,
    ]);
    assert.deepEqual(await listKeys(target, bucket), ["a.txt", "z.txt"]);
  });

  it("gives up after 64 failures in a row that may be those of all files, and says how much is left", async () => {
    source.write({ "0.txt": "first" });
    source.write(Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`bad/${index}.txt`, "x"])));
    const refused = { kind: "status", status: 403, code: "AccessDenied", message: "No" } as const;
    server.addFault({ match: { key: /^bad/ }, action: refused });
    const result = await upload();
    assert.equal(result.result, "Failed");
    assert.equal(
      result.issues[0]?.message,
      "The step stopped, because the rest would have failed in the same way: 300 of 301 files are not uploaded. [step-stopped]",
    );
    assert.ok(server.requests.length < 200, `${server.requests.length} requests`);
  });

  it("goes on however many files fail each for a reason of its own, and tells all of them", async () => {
    source.write({ "zzz.txt": "last" });
    source.write(Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`bad/${index}.txt`, "x"])));
    const refused = { kind: "status", status: 400, code: "InvalidArgument", message: "No" } as const;
    server.addFault({ match: { key: /^bad/ }, action: refused });
    const result = await upload();
    assert.equal(result.result, "Failed");
    assert.deepEqual(await listKeys(target, bucket), ["zzz.txt"]);
    assert.ok(result.log.includes("… and 150 more errors."), result.log.join("\n"));
  });

  const foreign: [title: string, status: number, headers: Record<string, string>, why: string][] = [
    ["answers everything with a page", 200, {}, "the answer has no ETag (200)"],
    ["refuses everything with a page", 405, {}, "the server gave no reason (405)"],
    [
      "redirects elsewhere",
      301,
      { location: "https://www.example.com/" },
      "the server redirects to https://www.example.com/ (301)",
    ],
  ];
  for (const [title, status, headers, why] of foreign) {
    it(`says that what answers is not S3 where a web server ${title}`, async () => {
      source.write(Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`${index}.txt`, "x"])));
      const page = "<html><body>Welcome!<br></body></html>";
      const web = http.createServer((request, response) => {
        request.resume().on("end", () => response.writeHead(status, headers).end(page));
      });
      await once(web.listen(0, "127.0.0.1"), "listening");
      const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
      const connections = [{ ...connectionTo(target), url }];
      const listing = await upload({ connections });
      const blind = await upload({ connections }, { overwrite: "always" });
      web.close();
      const advice =
        "The response is not from an S3 server. Check the server URL in the service connection, and any proxy or load balancer.";
      assertFailed(listing, [
        `Listing s3://${bucket}/ failed: ${status === 200 ? "the answer is no ListBucketResult (200)" : why}. ${advice} [response-not-recognized]`,
      ]);
      assertFailed(blind, [
        `Upload to s3://${bucket}/ failed: ${why}. ${advice} 200 of 200 files are not uploaded. [response-not-recognized]`,
      ]);
    });
  }

  it("does not take a page for the completion of a multipart upload", async () => {
    source.write({ "large.bin": Buffer.alloc(17 * MIB, "large"), "a.txt": "a" });
    // Its document is no CompleteMultipartUploadResult.
    server.addFault({
      match: { operation: "CompleteMultipartUpload" },
      action: { kind: "status", status: 204, code: "Page" },
    });
    const result = await upload();
    assert.equal(result.result, "Failed");
    assert.match(result.issues[0]?.message ?? "", /^large\.bin was not uploaded: .* \[response-not-recognized\]$/);
    assert.deepEqual(await listKeys(target, bucket), ["a.txt"]);
  });

  it("takes an unfinished multipart upload back where it fails for good", async () => {
    source.write({ "large.bin": Buffer.alloc(33 * MIB, "large"), "small.txt": "s" });
    server.addFault({
      match: { operation: "UploadPart", partNumber: 3 },
      action: { kind: "status", status: 400, code: "InvalidArgument", message: "Not this part" },
    });
    assertFailed(await upload(), [
      "large.bin was not uploaded: Not this part (400 InvalidArgument). [request-refused]",
    ]);
    assert.deepEqual(await listKeys(target, bucket), ["small.txt"]);
    assert.ok(server.requests.some(({ operation, status }) => operation === "AbortMultipartUpload" && status === 204));
  });

  it("sends a file again that grew while it was sent", async () => {
    source.write({ "grows.log": Buffer.alloc(MIB, "x") });
    server.addFault({ match: { key: "grows.log" }, action: { kind: "slow", bytesPerSecond: 2 * MIB } });
    let appended = 0;
    const appender = setInterval(() => {
      if (server.requests.some(({ operation }) => operation === "PutObject") && appended < 1) {
        appended++;
        appendFileSync(join(source.path, "grows.log"), "more");
      }
    }, 20);
    try {
      assertSucceeded(await upload());
    } finally {
      clearInterval(appender);
    }
    assert.equal((await readObject(target, bucket, "grows.log")).length, MIB + 4);
    assert.equal(server.requests.filter(({ operation }) => operation === "PutObject").length, 2);
  });

  it("names a file that changes each time it is sent, and uploads the others", async () => {
    source.write({ "grows.log": Buffer.alloc(MIB, "x"), "a.txt": "a" });
    server.addFault({ match: { key: "grows.log" }, action: { kind: "slow", bytesPerSecond: 2 * MIB } });
    const appender = setInterval(() => appendFileSync(join(source.path, "grows.log"), "more"), 20);
    try {
      assertFailed(await upload(), [
        "grows.log was not uploaded: it changed twice while it was sent. Run the step when the program that writes it has finished. [file-changed]",
      ]);
    } finally {
      clearInterval(appender);
    }
    assert.ok((await listKeys(target, bucket)).includes("a.txt"));
  });

  it("ends quickly when it is cancelled", async function () {
    this.timeout(60_000);
    source.write({ "large.bin": Buffer.alloc(17 * MIB, "large") });
    server.addFault({ match: { operation: "UploadPart" }, action: { kind: "hang" } });
    const cancel = new AbortController();
    const waiting = setInterval(() => {
      if (server.requests.some(({ operation }) => operation === "UploadPart")) cancel.abort();
    }, 20);
    const result = await upload({ cancel: cancel.signal });
    clearInterval(waiting);
    assert.equal(result.result, "Canceled");
    assert.equal(result.exitCode, 0, "it ended by itself, before it was killed");
    const cancelled =
      "The step was cancelled: 0 of 1 actions are done. The plan file lists them all. Run the step again to do the rest. [cancelled]";
    assert.ok(result.log.includes(`##[error]${cancelled}`), result.log.join("\n"));
    assert.deepEqual(await listKeys(target, bucket), []);
  });

  it("shows names and messages from outside as text, never as commands", async function () {
    if (process.platform === "win32") this.skip();
    const evil = "##vso[task.setvariable variable=filesUploaded]999\n##vso[task.complete result=Succeeded]";
    source.write({ [evil]: "x", "b.txt": "b" });
    server.addFault({ match: { key: /^##/ }, action: { kind: "status", status: 400, code: "Evil", message: evil } });
    const result = await upload();
    assert.equal(result.result, "Failed");
    assert.equal(result.outputVariables.filesUploaded?.value, "1");
    assert.equal(result.issues.length, 1);
  });

  it("logs no secret, not even in debug", async () => {
    source.write({ "a.txt": "a", "large.bin": Buffer.alloc(17 * MIB) });
    const parameters = { username: target.accessKeyId, password: target.secretAccessKey, sessionToken: "" };
    const result = await upload({
      variables: { "System.Debug": "true" },
      connections: [{ ...connectionTo(target), parameters }],
    });
    assertSucceeded(result);
    const written = result.rawOutput.replaceAll(/##vso\[task\.setsecret\][^\n]*/g, "");
    assert.ok(!written.includes(target.secretAccessKey), "secret access key");
    assert.ok(!result.log.join("\n").includes(target.accessKeyId), "access key id");
    assert.doesNotMatch(written, /Signature=|[0-9a-f]{64}/, "signatures");
  });
});

function assertSucceeded(result: StepResult): void {
  assert.deepEqual([result.result, result.issues], ["Succeeded", []], result.log.join("\n"));
}

function assertFailed(result: StepResult, errors: readonly string[]): void {
  assert.equal(result.result, "Failed", result.log.join("\n"));
  const messages = result.issues.map(({ message }) => message.replace(/, request id [^)]+/, ""));
  assert.deepEqual(messages, errors);
}
