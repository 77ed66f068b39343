// The build puts this into a separate file beside main.js: few steps call Azure DevOps, and the others should not load the clients.
import type { IncomingMessage } from "node:http";
import { gunzipSync } from "node:zlib";
import { GitApi as GitClient } from "azure-devops-node-api/GitApi.js";
import { TaskApi as TaskClient } from "azure-devops-node-api/TaskApi.js";

const MIB = 1024 ** 2;
/** The list of resources takes some hundred KB. */
const MAX_ANSWER_MIB = 4;
/** A pull request returns all its comments in one answer. */
const MAX_GIT_ANSWER_MIB = 32;

interface ReceivedAnswer {
  readonly message: IncomingMessage;
  readBody(): Promise<string>;
}

/** The part of the library's REST client that reads answers. */
interface AnswerReader {
  processResponse(response: ReceivedAnswer, options: unknown): Promise<unknown>;
}

/** How answers are read. */
interface AnswerLimits {
  /** How long a whole body may take, however often something of it comes. */
  readonly bodyTimeoutMs: number;
  readonly maxMib: number;
}

/** Issues tokens. */
export class TaskApi extends TaskClient {
  /** @param bodyTimeoutMs how long a whole body may take, however often something of it comes. */
  constructor(bodyTimeoutMs: number, ...settings: ConstructorParameters<typeof TaskClient>) {
    super(...settings);
    const create = this.rest.create.bind(this.rest);
    // The library treats 404, and an HTML page, as an answer without content.
    this.rest.create = async (...request) => {
      const answer = await create<never>(...request);
      if (answer.statusCode === 404) throw Object.assign(new Error("it found nothing with that name"), answer);
      return answer;
    };
    readWithCare(this.rest, { bodyTimeoutMs, maxMib: MAX_ANSWER_MIB });
  }
}

/** Reads and changes pull requests. */
export class GitApi extends GitClient {
  /** @param bodyTimeoutMs how long a whole body may take, however often something of it comes. */
  constructor(bodyTimeoutMs: number, ...settings: ConstructorParameters<typeof GitClient>) {
    super(...settings);
    readWithCare(this.rest, { bodyTimeoutMs, maxMib: MAX_GIT_ANSWER_MIB }, refuseEmptyAnswers);
  }
}

/** @param check throws if the library must not read an answer. */
function readWithCare(
  rest: unknown,
  limits: AnswerLimits,
  check: (status: number, body: string) => void = () => undefined,
): void {
  // The library treats a truncated answer as one without content.
  const reader = rest as AnswerReader;
  const processResponse = reader.processResponse.bind(reader);
  reader.processResponse = async (response, options) => {
    // The library reads without a limit, and an answer that cannot be decompressed ends the process.
    const text = await readText(response.message, limits);
    if (isCutOff(response, text)) throw cutOff();
    const { statusCode = 0 } = response.message;
    check(statusCode, text);
    // For 404, the library reads the body too late to be used.
    const readBody = async () => (statusCode === 404 ? "" : text);
    return processResponse({ message: response.message, readBody }, options);
  };
}

/** The library treats 404, and a page instead of JSON, as an answer without content: a comment would count as written. */
function refuseEmptyAnswers(status: number, body: string): void {
  if (status === 404) throw notFound(body);
  if (status < 300 && /^\s*</.test(body)) throw Object.assign(new Error(body), { statusCode: status });
}

/** If the token may not see a repository or pull request, only the message says why. */
function notFound(body: string): Error {
  let message = "it found nothing with that name";
  try {
    const document: unknown = JSON.parse(body);
    if (typeof document === "object" && document !== null && "message" in document) message = String(document.message);
  } catch {}
  return Object.assign(new Error(message), { statusCode: 404 });
}

async function readText(message: IncomingMessage, { bodyTimeoutMs, maxMib }: AnswerLimits): Promise<string> {
  const timer = setTimeout(() => message.destroy(timedOut()), bodyTimeoutMs);
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxMib * MIB) throw tooLarge(maxMib);
      chunks.push(chunk);
    }
  } finally {
    clearTimeout(timer);
  }
  const isPacked = /\bgzip\b/.test(message.headers["content-encoding"] ?? "");
  const bytes = Buffer.concat(chunks);
  return (isPacked ? unpack(bytes, maxMib) : bytes).toString("utf8");
}

function unpack(bytes: Buffer, maxMib: number): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: maxMib * MIB });
  } catch (error) {
    const isTooLarge = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    throw isTooLarge ? tooLarge(maxMib) : cutOff();
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

function tooLarge(maxMib: number): Error {
  return new Error(`its answer has more than ${maxMib} MiB`);
}
