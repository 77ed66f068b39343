import { ServiceError } from "../../src/aws/errors/errors.ts";
import type { HttpResponse } from "../../src/http/messages.ts";
import type { Bucket, S3Request } from "../../src/s3/bucket.ts";
import type { GivenUp } from "../../src/s3/store/given-up.ts";

/** What befalls a request: it is refused, or it is the last one of a process that ends before or after its work. */
export type Mishap = "refused" | "ends before" | "ends after";

/** A bucket as a process sees it that meets with mishaps. */
export class DisturbedBucket implements Bucket {
  readonly #bucket: Bucket;
  /** Asked before each request. */
  mishapOf: (request: S3Request) => Mishap | undefined = () => undefined;
  /** Called before a request is sent. */
  beforeRequest: () => Promise<void> | void = () => undefined;
  /** Called when a request has been answered. */
  afterRequest: (request: S3Request) => void = () => undefined;
  /** The process that sent requests has ended: no further one arrives. */
  #hasEnded = false;

  constructor(bucket: Bucket) {
    this.#bucket = bucket;
  }

  get name() {
    return this.#bucket.name;
  }

  get origin() {
    return this.#bucket.origin;
  }

  get isAmazon() {
    return this.#bucket.isAmazon;
  }

  get checksums() {
    return this.#bucket.checksums;
  }

  get signsPayload() {
    return this.#bucket.signsPayload;
  }

  giveUp(what: GivenUp): void {
    this.#bucket.giveUp(what);
  }

  hasGivenUp(what: GivenUp): boolean {
    return this.#bucket.hasGivenUp(what);
  }

  /** A new process sends requests. */
  restart(): void {
    this.#hasEnded = false;
  }

  async send(next: S3Request | (() => S3Request), signal?: AbortSignal): Promise<HttpResponse> {
    const request = typeof next === "function" ? next() : next;
    await this.beforeRequest();
    if (this.#hasEnded) throw new Error("the process has ended");
    const mishap = this.mishapOf(request);
    if (mishap === "refused")
      throw new ServiceError({ status: 403, awsCode: "AccessDenied", serverMessage: "refused" });
    if (mishap === "ends before") throw this.#end();
    const response = await this.#bucket.send(next, signal);
    this.afterRequest(request);
    if (mishap === "ends after") throw this.#end();
    return response;
  }

  #end(): Error {
    this.#hasEnded = true;
    return new Error("the process has ended");
  }
}
