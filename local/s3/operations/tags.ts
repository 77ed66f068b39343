import { S3Error } from "../http/errors.ts";
import { childrenOf, type ParsedXml, parseXml, textOf } from "../http/xml.ts";
import type { Tag } from "../store/object-version.ts";

const maxTags = 10;
const maxKeyCharacters = 128;
const maxValueCharacters = 256;
const allowedCharacters = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/**
 * The tags in an `x-amz-tagging` header, which is a query string.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
 * @throws S3Error InvalidArgument, InvalidTag, BadRequest
 */
export function readTagHeader(headers: ReadonlyMap<string, string>): readonly Tag[] {
  const text = headers.get("x-amz-tagging");
  if (text === undefined) return [];
  const tags = text
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const [, key = "", value = ""] = /^([^=]*)=?(.*)$/s.exec(pair) ?? [];
      return { key: decode(key, text), value: decode(value, text) };
    });
  if (repeatedKey(tags) !== undefined) throw notAQuery(text);
  return checkTags(tags);
}

/** The tags in a document of PutObjectTagging. @throws S3Error MalformedXML, InvalidTag, BadRequest */
export function readTagDocument(document: string): readonly Tag[] {
  const [tagSet, second] = parseXml(document, "Tagging").get("TagSet") ?? [];
  if (tagSet === undefined || second !== undefined) throw new S3Error("MalformedXML");
  const tags = (childrenOf(tagSet).get("Tag") ?? []).map(readTag);
  const repeated = repeatedKey(tags);
  if (repeated !== undefined) {
    throw new S3Error("InvalidTag", "Cannot provide multiple Tags with the same key", {
      elements: { TagKey: repeated },
    });
  }
  return checkTags(tags);
}

function readTag(element: ParsedXml): Tag {
  const children = childrenOf(element);
  const key = textOf(children, "Key");
  const value = textOf(children, "Value");
  if (key === undefined || value === undefined) throw new S3Error("MalformedXML");
  return { key, value };
}

/** S3 looks at each tag first, and then at their number. */
function checkTags(tags: readonly Tag[]): readonly Tag[] {
  for (const { key, value } of tags) {
    if (key.toLowerCase().startsWith("aws:")) {
      throw new S3Error("InvalidTag", "System tags cannot be added/updated by requester", {
        elements: { TagKey: key },
      });
    }
    if (key === "" || key.length > maxKeyCharacters || !allowedCharacters.test(key)) {
      throw new S3Error("InvalidTag", "The TagKey you have provided is invalid", { elements: { TagKey: key } });
    }
    if (value.length > maxValueCharacters || !allowedCharacters.test(value)) {
      throw new S3Error("InvalidTag", "The TagValue you have provided is invalid", {
        elements: { TagKey: key, TagValue: value },
      });
    }
  }
  if (tags.length > maxTags) throw new S3Error("BadRequest", `Object tags cannot be greater than ${maxTags}`);
  return tags;
}

function repeatedKey(tags: readonly Tag[]): string | undefined {
  const keys = tags.map(({ key }) => key);
  return keys.find((key, i) => keys.indexOf(key) !== i);
}

function decode(text: string, header: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw notAQuery(header);
  }
}

function notAQuery(header: string): S3Error {
  return new S3Error(
    "InvalidArgument",
    "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
    { elements: { ArgumentName: "x-amz-tagging", ArgumentValue: header } },
  );
}
