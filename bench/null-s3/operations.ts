import { hash, randomUUID } from "node:crypto";
import type { KnownBody } from "./bodies.ts";
import { Buckets, type NullObject, objectOf } from "./objects.ts";
import { patternSlices } from "./pattern.ts";
import type { RequestHead } from "./request-reader.ts";

/** An answer as it goes on the wire. */
export interface Answer {
  readonly status: number;
  /** Lines, each with its end. */
  readonly headers: string;
  readonly bodyBytes: number;
  readonly body: Iterable<Buffer | string>;
}

interface Upload {
  readonly headers: string;
  readonly parts: Map<number, KnownBody>;
}

const KEPT_HEADER =
  /^(content-type|cache-control|content-disposition|content-encoding|content-language|expires|x-amz-meta-.*|x-amz-checksum-.*)$/;

/** The operations of S3 that uploads, downloads and comparisons are made of. Whoever asks may do all of them. */
export class Operations {
  readonly #buckets = new Buckets();
  readonly #uploads = new Map<string, Upload>();

  answer(head: RequestHead, body: KnownBody): Answer {
    const [, bucket = "", encodedKey = ""] = /^\/([^/]*)\/?(.*)$/s.exec(head.path) ?? [];
    const key = decodeURIComponent(encodedKey);
    if (key === "") return this.#answerForBucket(bucket, head);
    const { method, query } = head;
    if (method === "GET" || method === "HEAD") return this.#read(bucket, key, head);
    if (method === "PUT" && query.has("uploadId")) return this.#putPart(query, body);
    if (method === "PUT") return this.#put(bucket, key, objectOf(body, keptHeaders(head)));
    if (method === "POST" && query.has("uploads")) return this.#beginUpload(bucket, key, head);
    if (method === "POST" && query.has("uploadId")) return this.#completeUpload(bucket, key, head);
    if (method === "DELETE") this.#buckets.delete(bucket, key);
    return method === "DELETE" ? empty(204) : refuse(501, "NotImplemented");
  }

  #answerForBucket(bucket: string, { method, query }: RequestHead): Answer {
    if (query.has("list-type")) return this.#list(bucket, query);
    if (query.has("uploads")) return xml("ListMultipartUploadsResult", "<IsTruncated>false</IsTruncated>");
    if (query.has("location")) return xml("LocationConstraint", "");
    return method === "PUT" || method === "HEAD" ? empty(200) : refuse(501, "NotImplemented");
  }

  #list(bucket: string, query: URLSearchParams): Answer {
    const start = Number(query.get("continuation-token") ?? 0);
    const maxKeys = Number(query.get("max-keys") ?? 1000);
    const { listed, hasMore } = this.#buckets.list(bucket, query.get("prefix") ?? "", start, maxKeys);
    const encoding = query.get("encoding-type") === "url" ? "<EncodingType>url</EncodingType>" : "";
    const next = hasMore ? `<NextContinuationToken>${start + maxKeys}</NextContinuationToken>` : "";
    const contents = listed.map(
      ({ key, object: { sizeBytes, etag, modified } }) =>
        `<Contents><Key>${key}</Key><LastModified>${modified.toISOString()}</LastModified><ETag>&quot;${etag}&quot;</ETag>` +
        `<Size>${sizeBytes}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
    );
    const about = `<Name>${bucket}</Name><KeyCount>${listed.length}</KeyCount><MaxKeys>${maxKeys}</MaxKeys>`;
    const end = `<IsTruncated>${hasMore}</IsTruncated>${encoding}${next}`;
    return xml("ListBucketResult", about + end + contents.join(""));
  }

  #read(bucket: string, key: string, { method, headers }: RequestHead): Answer {
    const object = this.#buckets.get(bucket, key);
    if (!object) return method === "HEAD" ? empty(404) : refuse(404, "NoSuchKey");
    const { sizeBytes, content } = object;
    const range = /^bytes=(\d+)-(\d*)$/.exec(headers.get("range") ?? "");
    const start = Number(range?.[1] ?? 0);
    const end = Math.min(sizeBytes, range?.[2] ? Number(range[2]) + 1 : sizeBytes);
    const bytes = content ? [content.subarray(start, end)] : patternSlices(start, end - start);
    return {
      status: range ? 206 : 200,
      headers: `${describe(object, range !== null)}${range ? `Content-Range: bytes ${start}-${end - 1}/${sizeBytes}\r\n` : ""}`,
      bodyBytes: end - start,
      body: method === "HEAD" ? [] : bytes,
    };
  }

  #put(bucket: string, key: string, object: NullObject): Answer {
    this.#buckets.put(bucket, key, object);
    return empty(200, `ETag: "${object.etag}"\r\n`);
  }

  #putPart(query: URLSearchParams, body: KnownBody): Answer {
    const upload = this.#uploads.get(query.get("uploadId") ?? "");
    if (!upload) return refuse(404, "NoSuchUpload");
    upload.parts.set(Number(query.get("partNumber")), body);
    return empty(200, `ETag: "${body.md5.toString("hex")}"\r\n`);
  }

  #beginUpload(bucket: string, key: string, head: RequestHead): Answer {
    const uploadId = randomUUID();
    this.#uploads.set(uploadId, { headers: keptHeaders(head), parts: new Map() });
    const about = `<Bucket>${bucket}</Bucket><Key>${key}</Key><UploadId>${uploadId}</UploadId>`;
    return xml("InitiateMultipartUploadResult", about);
  }

  #completeUpload(bucket: string, key: string, head: RequestHead): Answer {
    const uploadId = head.query.get("uploadId") ?? "";
    const upload = this.#uploads.get(uploadId);
    if (!upload) return refuse(404, "NoSuchUpload");
    this.#uploads.delete(uploadId);
    const parts = [...upload.parts].sort(([a], [b]) => a - b).map(([, part]) => part);
    const etag = `${hash("md5", Buffer.concat(parts.map(({ md5 }) => md5)), "hex")}-${parts.length}`;
    const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
    // The checksum of the whole, where the client has told it: who downloads it holds the bytes against it.
    const headers = upload.headers + keptHeaders(head).replace(/^content-type:.*\r\n/im, "");
    this.#buckets.put(bucket, key, { sizeBytes, etag, modified: new Date(), headers, content: undefined });
    const about = `<Bucket>${bucket}</Bucket><Key>${key}</Key><ETag>&quot;${etag}&quot;</ETag>`;
    return xml("CompleteMultipartUploadResult", about);
  }
}

/** Of a range S3 tells no checksum. */
function describe({ etag, modified, headers }: NullObject, isRange: boolean): string {
  const told = isRange ? headers.replace(/^x-amz-checksum-.*\r\n/gim, "") : headers;
  return `ETag: "${etag}"\r\nLast-Modified: ${modified.toUTCString()}\r\nAccept-Ranges: bytes\r\n${told}`;
}

function keptHeaders({ headers }: RequestHead): string {
  return [...headers]
    .filter(([name]) => KEPT_HEADER.test(name) && name !== "x-amz-checksum-algorithm")
    .filter(([, value]) => value !== "aws-chunked")
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("");
}

function empty(status: number, headers = ""): Answer {
  return { status, headers, bodyBytes: 0, body: [] };
}

function xml(root: string, content: string, status = 200): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>${content}</${root}>`;
  return { status, headers: "Content-Type: application/xml\r\n", bodyBytes: Buffer.byteLength(body), body: [body] };
}

function refuse(status: number, code: string): Answer {
  return xml("Error", `<Code>${code}</Code><Message>${code}</Message>`, status);
}
