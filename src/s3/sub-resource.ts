import { CollectedBody } from "../http/body-receiver.ts";
import type { HttpResponse } from "../http/messages.ts";
import type { Bucket } from "./bucket.ts";

/** Far more than tags or an ACL take. A store that does not know them may answer with the object itself, of any size. */
const MAX_ANSWER_BYTES = 256 * 1024;

/**
 * Asks for what is kept beside an object's bytes, for example its tags.
 *
 * @param name the query parameter that names it.
 * @returns undefined if the store answers with the object, as one does that does not know the parameter.
 * @throws what `Bucket.send` throws.
 */
export async function getSubResource(
  bucket: Bucket,
  key: string,
  name: "acl" | "tagging",
  signal: AbortSignal | undefined,
): Promise<HttpResponse | undefined> {
  const newBody = () => new CollectedBody(MAX_ANSWER_BYTES, () => new AnswerTooLongError());
  let answer = newBody();
  const receive = () => {
    answer = newBody();
    return answer;
  };
  try {
    const head = await bucket.send({ method: "GET", key, query: { [name]: "" }, receive, signal });
    // Objects are answered with both, sub-resources with neither. The content of an object may look like a sub-resource.
    const isObject = !bucket.isAmazon && head.headers.etag && head.headers["last-modified"];
    return isObject ? undefined : { ...head, body: answer.bytes() };
  } catch (error) {
    if (error instanceof AnswerTooLongError && !bucket.isAmazon) return undefined;
    throw error;
  }
}

class AnswerTooLongError extends Error {
  override readonly name: string = "AnswerTooLongError";
}
