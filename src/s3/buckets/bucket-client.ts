import { Readable } from "node:stream";
import type { S3Client } from "@aws-sdk/client-s3";
import { ServiceError } from "../../aws/errors/errors.ts";
import { bodyOf, type SdkRequest } from "../../aws/sdk-requests.ts";
import type { HttpResponse } from "../../http/messages.ts";
import type { Bucket, S3Request } from "../bucket.ts";
import { openClient } from "../sdk/open-client.ts";
import { documentRequest, readResult } from "../xml-body.ts";

type Sdk = typeof import("../../aws/sdk-clients.ts");

/** A command about a bucket. */
export interface BucketCommand<Output> {
  /** Sends it. */
  send(client: S3Client, sdk: Sdk): Promise<Output>;
  /** The allowed names of the answer's root element; none for JSON. The SDK itself accepts any document. */
  readonly roots?: readonly string[];
  /** Corrects what some stores write, so that the SDK reads it correctly. */
  readonly normalize?: (document: string) => string;
  /** The content type of the document that is sent. Default: `application/xml`. */
  readonly contentType?: string;
}

/**
 * Sends a command of the AWS SDK about a bucket. The SDK writes the request and reads the answer; in between the bucket signs and sends it,
 * with its retries, and reads refusals.
 *
 * @throws {ServiceError} with the code `NotS3` if the answer is not the document that S3 gives; what `Bucket.send` throws.
 */
export async function askBucket<Output>(
  bucket: Bucket,
  signal: AbortSignal | undefined,
  command: BucketCommand<Output>,
): Promise<Output> {
  const { client, sdk } = await openClient({
    async handle(request) {
      // The SDK gets no signal: it would throw an error of its own instead of the signal's reason.
      const response = await bucket.send({ ...requestOf(request, command.contentType), signal });
      if (command.roots) await requireSetting(response, command.roots);
      const headers = Object.fromEntries(
        Object.entries(response.headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
      );
      const { body } = response;
      const document = command.normalize ? Buffer.from(command.normalize(body.toString("utf8"))) : body;
      return { response: { statusCode: response.status, headers, body: Readable.from([document]) } };
    },
  });
  return command.send(client, sdk);
}

/** @throws {ServiceError} as of a store that says so, if there is no such setting; with the code `NotS3` if it is another document. */
async function requireSetting(response: HttpResponse, roots: readonly string[]): Promise<void> {
  const refusal = (status: number, awsCode: string) =>
    new ServiceError({ status, awsCode, serverMessage: "no answer" });
  if (response.status === 204) throw refusal(404, "NoSuchConfiguration");
  // A store that does not know the setting answers a request about the bucket.
  if (response.body.includes("<ListBucketResult")) throw refusal(405, "MethodNotAllowed");
  const [first, ...others] = roots;
  const root = others.find((name) => response.body.includes(`<${name}>`)) ?? first;
  if (root !== undefined) await readResult(response, root);
}

/**
 * Takes the operation and its document from the SDK's request. Headers are the bucket's, and checksums are those that all stores accept.
 */
function requestOf({ method, query = {}, body }: SdkRequest, contentType = "application/xml"): S3Request {
  const names = Object.keys(query).filter((name) => name !== "x-id");
  const common = {
    method: method as S3Request["method"],
    key: "",
    ...(names.length > 0 ? { query: Object.fromEntries(names.map((name) => [name, String(query[name] ?? "")])) } : {}),
  };
  const { sizeBytes, chunks } = bodyOf(body);
  if (sizeBytes === 0) return common;
  const [bytes = Buffer.alloc(0)] = chunks() as Iterable<Buffer>;
  return { ...common, ...documentRequest(bytes, contentType) };
}
