import { ServiceError } from "../aws/errors/errors.ts";
import { encodeUriPart } from "../aws/signer.ts";
import type { Bucket } from "./bucket.ts";
import { childElements, childText, escapeXml, notS3, readResult, S3_NAMESPACE, xmlRequest } from "./xml-body.ts";

/** An object's tags, value by key. */
export type ObjectTags = ReadonlyMap<string, string>;

/**
 * Reads an object's tags. That takes s3:GetObjectTagging, and no key where the object is encrypted with SSE-C.
 *
 * @throws what `Bucket.send` throws.
 *
 * Source: GetObjectTagging in the Amazon S3 API Reference.
 */
export async function getObjectTags(bucket: Bucket, key: string, signal?: AbortSignal): Promise<ObjectTags> {
  let response: Awaited<ReturnType<Bucket["send"]>>;
  try {
    response = await bucket.send({ method: "GET", key, query: { tagging: "" }, signal });
  } catch (error) {
    // So some stores say that there are none, or none of any object.
    if (error instanceof ServiceError && /^(NoSuchTagSet|NotImplemented$)/.test(error.awsCode)) return new Map();
    throw error;
  }
  // And so does Ceph, of a copy.
  if (response.body.length === 0) return new Map();
  const root = await readResult(response, "Tagging");
  const tags = childElements(root, "TagSet").flatMap((tagSet) => childElements(tagSet, "Tag"));
  return new Map(
    tags.map((tag) => {
      const name = childText(tag, "Key");
      if (name === undefined) throw notS3(response, "the answer has a tag without a key");
      return [name, childText(tag, "Value") ?? ""];
    }),
  );
}

/**
 * Gives an object these tags and no others, without touching anything else of it. That takes s3:PutObjectTagging.
 *
 * @throws what `Bucket.send` throws.
 *
 * Source: PutObjectTagging in the Amazon S3 API Reference.
 */
export async function putObjectTags(
  bucket: Bucket,
  key: string,
  tags: ObjectTags,
  signal?: AbortSignal,
): Promise<void> {
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

/** The value of `x-amz-tagging`, which gives a new object its tags; empty for none. */
export function taggingHeader(tags: ObjectTags): string {
  return [...tags].map(([name, value]) => `${encodeUriPart(name)}=${encodeUriPart(value)}`).join("&");
}
