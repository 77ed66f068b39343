import type { ChunkSignatures } from "../auth/chunk-signatures.ts";
import { S3Error } from "../http/errors.ts";

const minChunkBytes = 8192;
const maxLineBytes = 16 * 1024;

/**
 * Takes the aws-chunked framing off a body that comes in pieces: `size[;chunk-signature=…] CRLF data CRLF`, a chunk of
 * size 0, trailing headers, an empty line.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
export class AwsChunkedDecoder {
  /** The trailing headers by lower-case name, without the trailer's signature; complete after `end`. */
  readonly trailers = new Map<string, string>();
  readonly #signatures: ChunkSignatures | undefined;
  readonly #takesTrailers: boolean;
  #expects: "chunkHeader" | "data" | "endOfData" | "trailer" | "nothing" = "chunkHeader";
  #carry: Buffer = Buffer.alloc(0);
  #chunkBytes: number | undefined;
  #remainingBytes = 0;
  #chunkSignature = "";
  #trailerSignature = "";

  /** @param signatures where the chunks are signed, what verifies them */
  constructor(signatures: ChunkSignatures | undefined, takesTrailers: boolean) {
    this.#signatures = signatures;
    this.#takesTrailers = takesTrailers;
  }

  /**
   * @returns the content in this piece of the body
   * @throws S3Error when framing, a chunk's size or a signature is wrong
   */
  decode(piece: Buffer): Buffer[] {
    const content: Buffer[] = [];
    let input = this.#carry.length === 0 ? piece : Buffer.concat([this.#carry, piece]);
    this.#carry = Buffer.alloc(0);
    while (input.length > 0) {
      if (this.#expects === "data") {
        const data = input.subarray(0, this.#remainingBytes);
        input = input.subarray(data.length);
        this.#takeData(data);
        content.push(data);
        continue;
      }
      const lineEnd = input.indexOf("\r\n");
      if (lineEnd < 0) {
        if (input.length > maxLineBytes) throw new S3Error("IncompleteBody");
        this.#carry = input;
        break;
      }
      this.#takeLine(input.toString("latin1", 0, lineEnd));
      input = input.subarray(lineEnd + 2);
    }
    return content;
  }

  /** @throws S3Error IncompleteBody when the body stops early */
  end(): void {
    if (this.#expects !== "nothing") throw new S3Error("IncompleteBody");
  }

  #takeData(data: Buffer): void {
    this.#signatures?.update(data);
    this.#remainingBytes -= data.length;
    if (this.#remainingBytes === 0) this.#expects = "endOfData";
  }

  #takeLine(line: string): void {
    switch (this.#expects) {
      case "chunkHeader":
        this.#takeChunkHeader(line);
        return;
      case "endOfData":
        if (line !== "") throw new S3Error("IncompleteBody");
        this.#signatures?.endChunk(this.#chunkSignature);
        this.#expects = "chunkHeader";
        return;
      case "trailer":
        if (line === "") this.#endTrailer();
        else this.#takeTrailer(line);
        return;
      default:
        throw new S3Error("IncompleteBody", "There are bytes after the end of the aws-chunked body.");
    }
  }

  #takeChunkHeader(line: string): void {
    const match = /^([0-9a-fA-F]{1,13})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line);
    if (match === null || (match[2] !== undefined) !== (this.#signatures !== undefined)) {
      throw new S3Error("IncompleteBody", "The body is not framed as its x-amz-content-sha256 says.");
    }
    const sizeBytes = Number.parseInt(match[1] as string, 16);
    if (sizeBytes > 0 && this.#chunkBytes !== undefined && this.#chunkBytes < minChunkBytes) {
      throw new S3Error("InvalidChunkSizeError");
    }
    this.#chunkBytes = sizeBytes;
    this.#remainingBytes = sizeBytes;
    this.#chunkSignature = match[2] ?? "";
    this.#expects = sizeBytes > 0 ? "data" : "trailer";
    if (sizeBytes === 0) this.#signatures?.endChunk(this.#chunkSignature);
  }

  #takeTrailer(line: string): void {
    const colon = line.indexOf(":");
    if (colon < 1 || !this.#takesTrailers) throw new S3Error("MalformedTrailerError");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === "x-amz-trailer-signature") this.#trailerSignature = value;
    else this.trailers.set(name, value);
  }

  #endTrailer(): void {
    this.#expects = "nothing";
    if (!this.#takesTrailers) return;
    const signedText = Array.from(this.trailers, ([name, value]) => `${name}:${value}\n`).join("");
    this.#signatures?.endTrailer(signedText, this.#trailerSignature);
  }
}
