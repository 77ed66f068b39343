import { S3Error } from "../http/errors.ts";
import type { S3Request } from "../http/request.ts";

/**
 * How keys and prefixes are written in a listing: as they are, or percent-encoded when `encoding-type=url` asks for it.
 * @throws S3Error InvalidArgument for another encoding type
 */
export function listingText({ query }: S3Request): (text: string) => string {
  const encodingType = query.get("encoding-type");
  if (encodingType === undefined) return (text) => text;
  if (encodingType === "url") return encodeListed;
  throw new S3Error("InvalidArgument", "Invalid Encoding Method specified in Request", {
    elements: { ArgumentName: "encoding-type", ArgumentValue: encodingType },
  });
}

/** S3 encodes as HTML forms do, so that a space becomes a plus, but leaves slashes. */
function encodeListed(text: string): string {
  return encodeURIComponent(text)
    .replaceAll("%2F", "/")
    .replaceAll("%20", "+")
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
