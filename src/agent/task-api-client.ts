// A file of its own, which the build puts beside main.js: few steps ask for a token, and the others shall not read the client.
import type { IncomingMessage } from "node:http";
import { TaskApi as Client } from "azure-devops-node-api/TaskApi.js";

interface ReceivedAnswer {
  readonly message: IncomingMessage;
  readBody(): Promise<string>;
}

/** The part of the library's REST client that reads answers. */
interface AnswerReader {
  processResponse(response: ReceivedAnswer, options: unknown): Promise<unknown>;
}

export class TaskApi extends Client {
  constructor(...settings: ConstructorParameters<typeof Client>) {
    super(...settings);
    const create = this.rest.create.bind(this.rest);
    // The library takes 404 for an answer without content, as it does a page.
    this.rest.create = async (...request) => {
      const answer = await create<never>(...request);
      if (answer.statusCode === 404) throw Object.assign(new Error("it found nothing with that name"), answer);
      return answer;
    };
    // The library takes an answer that was cut off for one without content.
    const reader = this.rest as unknown as AnswerReader;
    const process = reader.processResponse.bind(reader);
    reader.processResponse = async (response, options) => {
      const text = await response.readBody();
      if (isCutOff(response, text)) throw cutOff();
      // Of 404, the library reads the body too late for anybody to see it.
      const readBody = async () => (response.message.statusCode === 404 ? "" : text);
      return process({ message: response.message, readBody }, options);
    };
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
