import assert from "node:assert/strict";
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { FaultAction } from "../../local/s3/server.ts";
import { ServiceError } from "../../src/aws/errors/errors.ts";
import { ConnectionError } from "../../src/http/connection-error.ts";
import type { Transport } from "../../src/http/transport.ts";
import type { Bucket } from "../../src/s3/bucket.ts";
import { putObject } from "../../src/s3/put-object.ts";
import { type EmbeddedTarget, startEmbeddedTarget } from "../target.ts";
import { openTargetBucket, openTransport } from "./open-target.ts";

/** As many as ours makes. */
const MAX_ATTEMPTS = 10;
const KEY = "key";

/** What a request came to, and how often it was sent for that. */
interface Outcome {
  /** The code of the error, or `done`. */
  readonly end: string;
  readonly attempts: number;
}

/** One way to send requests. */
interface Client {
  put(): Promise<unknown>;
  get(): Promise<unknown>;
  head(): Promise<unknown>;
}

const status = (code: string, number: number, headers?: Record<string, string>): FaultAction => ({
  kind: "status",
  status: number,
  code,
  ...(headers ? { headers } : {}),
});

const faults: [title: string, action: FaultAction][] = [
  ["503 SlowDown", status("SlowDown", 503)],
  ["503 ServiceUnavailable", status("ServiceUnavailable", 503)],
  ["500 InternalError", status("InternalError", 500)],
  ["502 of a gateway", status("BadGateway", 502)],
  ["504 of a gateway", status("GatewayTimeout", 504)],
  ["429 of a limiter", status("TooManyRequestsException", 429)],
  ["400 RequestTimeout", status("RequestTimeout", 400)],
  ["403 AccessDenied", status("AccessDenied", 403)],
  ["403 SignatureDoesNotMatch", status("SignatureDoesNotMatch", 403)],
  ["403 InvalidAccessKeyId", status("InvalidAccessKeyId", 403)],
  ["400 InvalidArgument", status("InvalidArgument", 400)],
  ["405 MethodNotAllowed", status("MethodNotAllowed", 405)],
  ["412 PreconditionFailed", status("PreconditionFailed", 412)],
  ["501 NotImplemented", status("NotImplemented", 501)],
  ["a connection that is reset before the answer", { kind: "reset", when: "afterBody" }],
];

describe("requests, ours as the SDK's", () => {
  let target: EmbeddedTarget;
  let transport: Transport;
  let bucket: Bucket;
  let sdk: S3Client;

  before(async () => {
    target = await startEmbeddedTarget();
    const { url, region, accessKeyId, secretAccessKey } = target;
    transport = openTransport();
    bucket = openTargetBucket(target, await target.newBucket(), transport);
    sdk = new S3Client({
      endpoint: url,
      region,
      credentials: { accessKeyId, secretAccessKey },
      forcePathStyle: true,
      maxAttempts: MAX_ATTEMPTS,
      requestHandler: new NodeHttpHandler({ socketTimeout: 30_000 }),
    });
    await sdk.send(new PutObjectCommand({ Bucket: bucket.name, Key: KEY, Body: "content" }));
  });
  after(async () => {
    sdk.destroy();
    transport.close();
    await target.stop();
  });

  const ours: Client = {
    put: () => {
      const bytes = Buffer.from("content");
      const body = { sizeBytes: bytes.length, chunks: () => [bytes] };
      // With a checksum, a store that refuses something would be asked once more without it.
      return putObject(bucket, KEY, body, { headers: {}, customerKeyHeaders: {}, checksumAlgorithm: "none" });
    },
    get: () => bucket.send({ method: "GET", key: KEY }),
    head: () => bucket.send({ method: "HEAD", key: KEY }),
  };
  const theirs: Client = {
    put: () => sdk.send(new PutObjectCommand({ Bucket: bucket.name, Key: KEY, Body: "content" })),
    async get() {
      const { Body } = await sdk.send(new GetObjectCommand({ Bucket: bucket.name, Key: KEY }));
      return Body?.transformToByteArray();
    },
    head: () => sdk.send(new HeadObjectCommand({ Bucket: bucket.name, Key: KEY })),
  };

  /** Lets the first answer go wrong: what may pass, passes then. */
  async function outcomeOf(client: Client, method: keyof Client, action: FaultAction): Promise<Outcome> {
    const fault = target.server.addFault({ match: { key: KEY }, times: 1, action });
    target.server.clearRequests();
    try {
      const end = await client[method]().then(() => "done", codeOf);
      return { end, attempts: target.server.requests.length };
    } finally {
      fault.remove();
    }
  }

  for (const [title, action] of faults) {
    for (const method of ["put", "get", "head"] as const) {
      it(`end alike after as many attempts: ${method}, ${title}`, async () => {
        const [own, sdks] = [await outcomeOf(ours, method, action), await outcomeOf(theirs, method, action)];
        // Of an answer without a body each has a name of its own.
        assert.deepEqual(method === "head" ? own.attempts : own, method === "head" ? sdks.attempts : sdks);
      });
    }
  }
});

function codeOf(error: unknown): string {
  if (error instanceof ServiceError) return error.awsCode;
  if (error instanceof ConnectionError) return error.systemCode;
  const { Code, code, name } = error as { Code?: string; code?: string; name: string };
  return Code ?? code ?? name;
}
