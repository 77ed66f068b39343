// The build puts this into a separate file beside main.js: few steps need a token, and the others should not load the client.
import type { IncomingMessage } from "node:http";
import { gunzipSync } from "node:zlib";
import { TaskApi as Client } from "azure-devops-node-api/TaskApi.js";

/** Its list of resources takes some hundred KB. */
const MAX_ANSWER_BYTES = 4 * 1024 ** 2;
const TOO_LARGE = "its answer has more than 4 MiB";

interface ReceivedAnswer {
  readonly message: IncomingMessage;
  readBody(): Promise<string>;
}

/** The part of the library's REST client that reads answers. */
interface AnswerReader {
  processResponse(response: ReceivedAnswer, options: unknown): Promise<unknown>;
}

export class TaskApi extends Client {
  /** @param bodyTimeoutMs the time limit for a whole body, even if data keeps arriving. */
  constructor(bodyTimeoutMs: number, ...settings: ConstructorParameters<typeof Client>) {
    super(...settings);
    const create = this.rest.create.bind(this.rest);
    // The library treats 404, and an HTML page, as an answer without content.
    this.rest.create = async (...request) => {
      const answer = await create<never>(...request);
      if (answer.statusCode === 404) throw Object.assign(new Error("it found nothing with that name"), answer);
      return answer;
    };
    // The library treats a truncated answer as one without content.
    const reader = this.rest as unknown as AnswerReader;
    const process = reader.processResponse.bind(reader);
    reader.processResponse = async (response, options) => {
      // The library reads without a limit, and an answer that cannot be decompressed ends the process.
      const text = await readText(response.message, bodyTimeoutMs);
      if (isCutOff(response, text)) throw cutOff();
      // For 404, the library reads the body too late to be used.
      const readBody = async () => (response.message.statusCode === 404 ? "" : text);
      return process({ message: response.message, readBody }, options);
    };
  }
}

async function readText(message: IncomingMessage, timeoutMs: number): Promise<string> {
  const timer = setTimeout(() => message.destroy(timedOut()), timeoutMs);
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length;
      if (sizeBytes > MAX_ANSWER_BYTES) throw new Error(TOO_LARGE);
      chunks.push(chunk);
    }
  } finally {
    clearTimeout(timer);
  }
  const isPacked = /\bgzip\b/.test(message.headers["content-encoding"] ?? "");
  const bytes = Buffer.concat(chunks);
  return (isPacked ? unpack(bytes) : bytes).toString("utf8");
}

function unpack(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_ANSWER_BYTES });
  } catch (error) {
    const isTooLarge = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    throw isTooLarge ? new Error(TOO_LARGE) : cutOff();
  }
}

/** Without a length, the end of the connection is the end of the body, and half of the JSON looks like all of it. */
function isCutOff({ message }: ReceivedAnswer, text: string): boolean {
  if (!/\bjson\b/.test(message.headers["content-type"] ?? "")) return false;
  try {
    JSON.parse(text);
    return false;
  } catch {
    return true;
  }
}

function cutOff(): Error {
  return Object.assign(new Error("the connection ended before the answer was complete"), { code: "ECONNRESET" });
}

function timedOut(): Error {
  return Object.assign(new Error("its answer did not come in time"), { code: "ETIMEDOUT" });
}
