import { StringDecoder } from "node:string_decoder";

/** Cuts a stream of UTF-8 bytes into lines, which end with LF, CR LF, or a lone CR as in .NET's StreamReader. */
export class LineReader {
  readonly #decoder = new StringDecoder("utf8");
  #rest = "";

  /** The lines which a chunk completes. */
  push(chunk: Buffer): string[] {
    // A CR at the very end waits: the next chunk may begin with its LF.
    const lines = (this.#rest + this.#decoder.write(chunk)).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    return lines;
  }

  /** What is left when the stream ends. */
  end(): string[] {
    const rest = this.#rest + this.#decoder.end();
    return rest === "" ? [] : [rest.replace(/\r$/, "")];
  }
}
