import { createHash } from "node:crypto";
import { ServiceError } from "../../src/aws/errors/errors.ts";
import type { HttpResponse } from "../../src/http/messages.ts";
import type { Bucket, S3Request } from "../../src/s3/bucket.ts";
import { ChecksumSupport } from "../../src/s3/store/checksum-support.ts";

export interface MemoryObject {
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  /** When it was stored: milliseconds since 1970; absent for the start of 2026. */
  readonly storedMs?: number;
}

const NEW_YEAR_MS = Date.UTC(2026, 0, 1);

/** A bucket without a server: what a publish asks of S3, answered from memory, for thousands of publishes in a test. */
export class MemoryBucket implements Bucket {
  readonly name = "memory";
  readonly origin = new URL("http://127.0.0.1/");
  readonly isAmazon = true;
  readonly checksums = new ChecksumSupport();
  readonly signsPayload = false;
  readonly objects = new Map<string, MemoryObject>();
  /** The server's clock: milliseconds since 1970. */
  now = (): number => NEW_YEAR_MS;
  readonly #etagsOf: "bytes" | "bytes and headers";

  /** @param etagsOf of the bytes alone, as without encryption; or as with encryption by KMS, where the ETag tells nothing of the bytes. */
  constructor(etagsOf: "bytes" | "bytes and headers" = "bytes and headers") {
    this.#etagsOf = etagsOf;
  }

  giveUp(): never {
    throw new Error("this bucket has all that Amazon S3 has");
  }

  hasGivenUp(): boolean {
    return false;
  }

  async send(next: S3Request | (() => S3Request)): Promise<HttpResponse> {
    return this.#answer(typeof next === "function" ? next() : next);
  }

  async #answer(request: S3Request): Promise<HttpResponse> {
    const { method, key, query = {} } = request;
    if (method === "GET" && key === "") return answer(this.#list(query.prefix ?? "", query.delimiter ?? ""));
    if (method === "POST" && query.delete !== undefined) return answer(this.#delete(await bytesOf(request)));
    if (method === "PUT") return this.#put(request);
    const stored = this.objects.get(key);
    if (!stored) throw refusal(404, "NoSuchKey");
    const headers = {
      ...stored.headers,
      "content-length": `${stored.bytes.length}`,
      etag: this.#etagOf(stored),
      "last-modified": new Date(stored.storedMs ?? NEW_YEAR_MS).toUTCString(),
    };
    if (request.receive) {
      const receiver = request.receive({ status: 200, headers });
      for (let offset = 0; offset < stored.bytes.length; ) {
        const copied = stored.bytes.copy(receiver.reserve(), 0, offset);
        await receiver.commit(copied);
        offset += copied;
      }
    }
    return { status: 200, headers, body: Buffer.alloc(0) };
  }

  async #put(request: S3Request): Promise<HttpResponse> {
    const { key, headers = {} } = request;
    const present = this.objects.get(key);
    if (headers["x-amz-copy-source"] !== undefined) return this.#copy(key, headers);
    const { "if-match": match, "if-none-match": noneMatch, ...kept } = headers;
    const isMet = match === undefined || (present && this.#etagOf(present) === match);
    if (!isMet || (noneMatch === "*" && present)) throw refusal(412, "PreconditionFailed");
    const stored = { bytes: await bytesOf(request), headers: kept, storedMs: this.now() };
    this.objects.set(key, stored);
    return { status: 200, headers: { etag: this.#etagOf(stored) }, body: Buffer.alloc(0) };
  }

  /** Of the headers, a copy has those of its source unless they are replaced, and never the redirect location. */
  #copy(key: string, headers: Readonly<Record<string, string>>): HttpResponse {
    const {
      "x-amz-copy-source": sourceKey = "",
      "x-amz-copy-source-if-match": match,
      "x-amz-metadata-directive": directive,
      "x-amz-tagging-directive": _tagging,
      ...named
    } = headers;
    const source = this.objects.get(decodeURIComponent(sourceKey).replace("/memory/", ""));
    if (!source) throw refusal(404, "NoSuchKey");
    if (this.#etagOf(source) !== match) throw refusal(412, "PreconditionFailed");
    const { "x-amz-website-redirect-location": _location, ...kept } = source.headers;
    const copied = directive === "REPLACE" ? named : { ...kept, ...named };
    const copy = { bytes: source.bytes, headers: copied, storedMs: this.now() };
    this.objects.set(key, copy);
    return answer(`<CopyObjectResult><ETag>${this.#etagOf(copy)}</ETag></CopyObjectResult>`);
  }

  #etagOf({ bytes, headers }: MemoryObject): string {
    const md5 = createHash("md5").update(bytes);
    if (this.#etagsOf === "bytes and headers") md5.update(JSON.stringify(headers));
    return `"${md5.digest("hex")}"`;
  }

  #list(prefix: string, delimiter: string): string {
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    const endOf = (key: string) => (delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length));
    const contents = keys.flatMap((key) => {
      if (endOf(key) >= 0) return [];
      const object = this.objects.get(key) as MemoryObject;
      return `<Contents><Key>${key}</Key><LastModified>${new Date(object.storedMs ?? NEW_YEAR_MS).toISOString()}</LastModified><ETag>${this.#etagOf(object)}</ETag><Size>${object.bytes.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
    });
    const folders = new Set(keys.flatMap((key) => (endOf(key) < 0 ? [] : key.slice(0, endOf(key) + 1))));
    const common = [...folders].map((folder) => `<CommonPrefixes><Prefix>${folder}</Prefix></CommonPrefixes>`);
    return `<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join("")}${common.join("")}</ListBucketResult>`;
  }

  #delete(document: Buffer): string {
    for (const [, key = ""] of document.toString().matchAll(/<Key>([^<]*)<\/Key>/g)) this.objects.delete(key);
    return "<DeleteResult></DeleteResult>";
  }
}

async function bytesOf({ body }: S3Request): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body?.chunks() ?? []) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function answer(body: string): HttpResponse {
  return { status: 200, headers: {}, body: Buffer.from(body) };
}

function refusal(status: number, awsCode: string): ServiceError {
  return new ServiceError({ status, awsCode, serverMessage: "refused" });
}
