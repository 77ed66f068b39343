import {
  PutBucketWebsiteCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type WebsiteConfiguration,
} from "@aws-sdk/client-s3";
import type { Website } from "../target.ts";
import type { Subject } from "./conformance.ts";
import { allow, ask, putPolicy, unblockedBucket } from "./public-bucket.ts";

/** Objects by key: their text, or more. */
type Content = Readonly<Record<string, string | Partial<PutObjectCommandInput>>>;

/** The simplest website. */
export const index = { IndexDocument: { Suffix: "index.html" } };
export const withErrorPage = { ...index, ErrorDocument: { Key: "404.html" } };

/** The website of a bucket of its own, with content by key; anyone may read all of it, and list it. */
export async function openSite(
  subject: Subject,
  content: Content,
  website: WebsiteConfiguration = index,
): Promise<Website & { bucket: string }> {
  const bucket = await unblockedBucket(subject);
  // S3 needs no right to list to tell what is not there, but radosgw does.
  await putPolicy(subject, bucket, allow("s3:GetObject", `${bucket}/*`), allow("s3:ListBucket", bucket));
  await publish(subject, bucket, content, website);
  return { ...(await subject.target.openWebsite(bucket)), bucket };
}

/** Puts content into a bucket, and makes it a website. */
export async function publish({ client }: Subject, Bucket: string, content: Content, website: WebsiteConfiguration) {
  for (const [Key, about] of Object.entries(content)) {
    const body = typeof about === "string" ? { Body: about } : { Body: "", ...about };
    await client.send(new PutObjectCommand({ Bucket, Key, ContentType: "text/html", ...body }));
  }
  await client.send(new PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration: website }));
}

/** What visitors of a path get: the status and the page. */
export async function pageAt({ url }: Website, path: string): Promise<readonly [status: number, page: string]> {
  const { status, body } = await ask(url, path);
  return [status, body];
}

/** Where visitors of a path are sent: the status and the address, that of the website itself left out. */
export async function redirectAt({ url }: Website, path: string): Promise<readonly [status: number, location: string]> {
  const { status, headers } = await ask(url, path);
  return [status, (headers.location ?? "none").replace(url, "")];
}
