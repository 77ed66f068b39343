import { NOT_SUPPORTED_CODES, ServiceError, UnsupportedInputError } from "../aws/errors/errors.ts";
import { encodeUriPart } from "../aws/signer.ts";
import type { XmlElement } from "../aws/xml.ts";
import type { HttpResponse } from "../http/messages.ts";
import type { Bucket } from "./bucket.ts";
import { getSubResource } from "./sub-resource.ts";
import { childElements, childText, escapeXml, notS3, readResult, S3_NAMESPACE, xmlRequest } from "./xml-body.ts";

/** An object's tags, value by key. */
export type ObjectTags = ReadonlyMap<string, string>;

/** Those whose store has answered a request for tags as one that has tags. */
const bucketsWithTags = new WeakSet<Bucket>();

/**
 * Reads an object's tags. That needs s3:GetObjectTagging, and no key even if the object is encrypted with SSE-C.
 *
 * @throws {UnsupportedInputError} if the store has no tags; what `Bucket.send` throws.
 *
 * Source: GetObjectTagging in the Amazon S3 API Reference.
 */
export async function getObjectTags(bucket: Bucket, key: string, signal?: AbortSignal): Promise<ObjectTags> {
  let response: HttpResponse | undefined;
  try {
    response = await getSubResource(bucket, key, "tagging", signal);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    if (NOT_SUPPORTED_CODES.has(error.awsCode)) throw noTagsError(bucket, key);
    if (!error.awsCode.startsWith("NoSuchTagSet")) throw error;
    bucketsWithTags.add(bucket);
    return new Map();
  }
  const root = response && (await readTagging(response));
  if (!response || !root) throw noTagsError(bucket, key);
  const tags = childElements(root, "TagSet").flatMap((tagSet) => childElements(tagSet, "Tag"));
  const byName = new Map(
    tags.map((tag) => {
      const name = childText(tag, "Key");
      if (name === undefined) throw notS3(response, "the answer has a tag without a key");
      return [name, childText(tag, "Value") ?? ""];
    }),
  );
  bucketsWithTags.add(bucket);
  return byName;
}

/** @returns undefined if it is something else. */
async function readTagging(response: HttpResponse): Promise<XmlElement | undefined> {
  // Ceph answers so for a copy without tags.
  if (response.body.length === 0) return {};
  return readResult(response, "Tagging").catch(() => undefined);
}

function noTagsError(bucket: Bucket, key: string): UnsupportedInputError {
  return new UnsupportedInputError(
    "tags-not-supported",
    `tags: this store does not keep the tags of objects: the answer to a request for the tags of s3://${bucket.name}/${key} has none. Leave tags empty.`,
  );
}

/**
 * Whether it is safe to replace tags: a store that does not know them would replace the object. Asks at most until the first answer.
 *
 * @returns false if the tags may not be read.
 * @throws {UnsupportedInputError} if the store has no tags; what `Bucket.send` throws.
 */
export async function canReplaceTags(bucket: Bucket, key: string, signal?: AbortSignal): Promise<boolean> {
  if (bucket.isAmazon || bucketsWithTags.has(bucket)) return true;
  try {
    await getObjectTags(bucket, key, signal);
  } catch (error) {
    if (error instanceof ServiceError && error.details.status === 403) return false;
    throw error;
  }
  return true;
}

/**
 * Gives an object these tags and no others, without touching anything else of it. That takes s3:PutObjectTagging, and
 * in stores other than Amazon S3 one request for tags that was answered before.
 *
 * @throws {UnsupportedInputError} if the store has no tags; what `Bucket.send` throws.
 *
 * Source: PutObjectTagging in the Amazon S3 API Reference.
 */
export async function putObjectTags(
  bucket: Bucket,
  key: string,
  tags: ObjectTags,
  signal?: AbortSignal,
): Promise<void> {
  if (!bucket.isAmazon && !bucketsWithTags.has(bucket)) await getObjectTags(bucket, key, signal);
  const elements = [...tags].map(
    ([name, value]) => `<Tag><Key>${escapeXml(name)}</Key><Value>${escapeXml(value)}</Value></Tag>`,
  );
  await bucket.send({
    method: "PUT",
    key,
    query: { tagging: "" },
    ...xmlRequest(`<Tagging xmlns="${S3_NAMESPACE}"><TagSet>${elements.join("")}</TagSet></Tagging>`),
    signal,
  });
}

/** Whether two objects have the same tags. */
export function areSameTags(some: ObjectTags, others: ObjectTags): boolean {
  return some.size === others.size && [...some].every(([name, value]) => others.get(name) === value);
}

/** The value of `x-amz-tagging`, which gives a new object its tags; empty for none. */
export function taggingHeader(tags: ObjectTags): string {
  return [...tags].map(([name, value]) => `${encodeUriPart(name)}=${encodeUriPart(value)}`).join("&");
}
