import {
  DeletePublicAccessBlockCommand,
  PutBucketOwnershipControlsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import type { BodyReceiver } from "../../src/http/body-receiver.ts";
import type { HttpResponse } from "../../src/http/messages.ts";
import { createTransport, type Transport } from "../../src/http/transport.ts";
import { type Bucket, openBucket, type S3Request } from "../../src/s3/bucket.ts";
import { ChecksumSupport } from "../../src/s3/store/checksum-support.ts";
import type { GivenUp } from "../../src/s3/store/given-up.ts";
import { startTarget, type Target } from "../target.ts";

/** Opens a bucket of the target as the tasks do. */
export function openTargetBucket(target: Target, name: string, transport: Transport): Bucket {
  const { accessKeyId, secretAccessKey } = target;
  return openBucket({
    name,
    store: { endpoint: new URL(target.url), region: target.region, addressingStyle: "path" },
    credentials: () => ({ accessKeyId, secretAccessKey }),
    transport,
    userAgent: "tests",
  });
}

/**
 * Makes a bucket in which objects have ACLs of their own, as buckets had before S3 turned ACLs off.
 * @returns undefined if the target has none.
 */
export async function newBucketWithAcls(target: Target): Promise<string | undefined> {
  if (target.name === "versitygw") return undefined;
  const Bucket = await target.newBucket();
  if (target.name === "embedded") {
    const OwnershipControls = { Rules: [{ ObjectOwnership: "ObjectWriter" as const }] };
    await target.client().send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls }));
    await target.client().send(new DeletePublicAccessBlockCommand({ Bucket }));
  }
  return Bucket;
}

export function openTransport(): Transport {
  return createTransport({ maxConnections: 16, idleTimeoutMs: 30_000 });
}

/** The server of a suite, and buckets of it, opened as the tasks do. */
export class TargetSuite {
  target!: Target;
  #transport!: Transport;

  register(): this {
    before(async () => {
      this.target = await startTarget();
      this.#transport = openTransport();
    });
    after(async () => {
      this.#transport.close();
      await this.target.stop();
    });
    return this;
  }

  open(name: string): Bucket {
    return openTargetBucket(this.target, name, this.#transport);
  }

  async newBucket(): Promise<Bucket> {
    return this.open(await this.target.newBucket());
  }

  /** A new bucket, and in it objects that hold their own keys. */
  async newBucketWith(keys: readonly string[]): Promise<Bucket> {
    const bucket = await this.newBucket();
    for (let start = 0; start < keys.length; start += 16) {
      const some = keys.slice(start, start + 16);
      await Promise.all(
        some.map((Key) => this.target.client().send(new PutObjectCommand({ Bucket: bucket.name, Key, Body: Key }))),
      );
    }
    return bucket;
  }
}

/** Sets a suite up. */
export function targetSuite(): TargetSuite {
  return new TargetSuite().register();
}

async function pour(bytes: Buffer, receiver: BodyReceiver): Promise<void> {
  for (let poured = 0; poured < bytes.length; ) {
    const copied = bytes.copy(receiver.reserve(), 0, poured);
    poured += copied;
    await receiver.commit(copied);
  }
}

/** A bucket that gives the answers in turn, whatever is asked, for answers that no server here would give. */
export function answeringBucket(...answers: readonly (string | Partial<HttpResponse> | Error)[]) {
  const requests: S3Request[] = [];
  const givenUp: GivenUp[] = [];
  const bucket: Bucket = {
    name: "bucket",
    origin: new URL("https://store.example"),
    isAmazon: false,
    checksums: new ChecksumSupport(),
    giveUp: (what) => void givenUp.push(what),
    hasGivenUp: (what) => givenUp.includes(what),
    signsPayload: false,
    async send(request) {
      const asked = typeof request === "function" ? request() : request;
      requests.push(asked);
      asked.signal?.throwIfAborted();
      const answer = answers[Math.min(requests.length, answers.length) - 1] as (typeof answers)[number];
      if (answer instanceof Error) throw answer;
      const empty = { status: 200, headers: {}, body: Buffer.alloc(0) };
      const response = typeof answer === "string" ? { ...empty, body: Buffer.from(answer) } : { ...empty, ...answer };
      if (!asked.receive) return response;
      await pour(response.body, asked.receive(response));
      return { ...response, body: empty.body };
    },
  };
  return { bucket, requests, givenUp };
}
