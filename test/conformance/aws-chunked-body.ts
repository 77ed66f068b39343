import { createHash, createHmac } from "node:crypto";

/** What signs the chunks of an aws-chunked body. */
export interface ChunkSigner {
  readonly secretAccessKey: string;
  readonly region: string;
  /** `YYYYMMDDTHHMMSSZ`, as in the request's `x-amz-date`. */
  readonly timestamp: string;
  /** The signature of the request itself. */
  readonly seedSignature: string;
}

/** A trailing header. */
export interface Trailer {
  readonly name: string;
  readonly value: string;
}

/**
 * A body in aws-chunked framing.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 * @param signer signs each chunk; without it the chunks are unsigned
 */
export function awsChunked(chunks: readonly Buffer[], signer: ChunkSigner | undefined, trailer?: Trailer): Buffer {
  let previous = signer?.seedSignature ?? "";
  const framed: Buffer[] = [];
  for (const chunk of [...chunks, Buffer.alloc(0)]) {
    let header = chunk.length.toString(16);
    if (signer !== undefined) {
      previous = signChunk(signer, previous, chunk);
      header += `;chunk-signature=${previous}`;
    }
    framed.push(Buffer.from(`${header}\r\n`), chunk);
    if (chunk.length > 0) framed.push(Buffer.from("\r\n"));
  }
  if (trailer !== undefined) {
    framed.push(Buffer.from(`${trailer.name}:${trailer.value}\r\n`));
    if (signer !== undefined) {
      framed.push(Buffer.from(`x-amz-trailer-signature:${signTrailer(signer, previous, trailer)}\r\n`));
    }
  }
  framed.push(Buffer.from("\r\n"));
  return Buffer.concat(framed);
}

function signChunk(signer: ChunkSigner, previous: string, chunk: Buffer): string {
  return sign(signer, [
    "AWS4-HMAC-SHA256-PAYLOAD",
    signer.timestamp,
    scope(signer),
    previous,
    sha256(""),
    sha256(chunk),
  ]);
}

function signTrailer(signer: ChunkSigner, previous: string, { name, value }: Trailer): string {
  const lines = ["AWS4-HMAC-SHA256-TRAILER", signer.timestamp, scope(signer), previous, sha256(`${name}:${value}\n`)];
  return sign(signer, lines);
}

function sign(signer: ChunkSigner, lines: readonly string[]): string {
  let key: string | Buffer = `AWS4${signer.secretAccessKey}`;
  for (const step of scope(signer).split("/")) key = createHmac("sha256", key).update(step).digest();
  return createHmac("sha256", key).update(lines.join("\n")).digest("hex");
}

function scope({ timestamp, region }: ChunkSigner): string {
  return `${timestamp.slice(0, 8)}/${region}/s3/aws4_request`;
}

function sha256(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}
