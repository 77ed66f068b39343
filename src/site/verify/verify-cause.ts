import { connectionHint } from "../../aws/errors/connection-hints.ts";
import type { ConnectionError } from "../../http/connection-error.ts";
import { ProxyError } from "../../http/proxy-error.ts";
import type { SiteAnswer } from "./verify-answer.ts";
import type { Deviation } from "./verify-deviation.ts";

/** What is known beside one answer. */
export interface Circumstances {
  /** Whether all pages and assets are answered with the same status, and none of them rightly. */
  readonly concernsAll: boolean;
  /** Those of the hosted zone of the site's domain, where they are known. */
  readonly nameServers: readonly string[];
}

/** What most likely is behind a deviation, and what to do about it: whole sentences. */
export function likelyCause(deviation: Deviation, url: string, circumstances: Circumstances): string {
  const { hostname } = new URL(url);
  switch (deviation.aspect) {
    case "connection":
      return causeOfSilence(deviation.error, hostname, circumstances);
    case "encoding":
      return "Something changes the body, or its Content-Encoding, on its way to visitors: look for compression set up twice, and leave contentEncoding and compress to agree with what the files are.";
    case "status":
      return causeOfStatus(deviation.answer, hostname, circumstances);
    case "location":
      return "A rule that comes first leads elsewhere: look at the routing rules of the bucket, and at redirects set up before it; or a cache still holds the redirect of before.";
    case "content":
      return deviation.answer.status < 400 ? causeOfContent(deviation.answer) : causeOfErrorPage(deviation.answer);
    case "oldContent":
      return `${cacheOf(deviation.answer)} still holds what was published before${ageOf(deviation.answer)}: the invalidation is late or does not cover this path. Set cloudFrontDistributionId, or have the CDN's cache emptied after each publish.`;
    case "contentType":
    case "cacheControl":
      return `Something between the bucket and its visitors sets this header${isCloudFront(deviation.answer) ? ", as a response headers policy or a function of the CloudFront distribution" : ", as a CDN's own settings"}; or a cache still holds the header of before.`;
  }
}

function causeOfSilence(error: ConnectionError, hostname: string, { nameServers }: Circumstances): string {
  if (!(error instanceof ProxyError)) {
    if (error.code === "name-not-found") return causeOfUnknownName(hostname, nameServers);
    if (hostname.includes(".s3-website") && error.code !== "connection-lost") {
      return "Website endpoints of Amazon S3 answer over http alone: check that siteUrl begins with http://, and that this machine may connect to port 80.";
    }
    if (error.code === "certificate-name-wrong") {
      return `What answers has no certificate for ${hostname}: add it to the alternate domain names of the distribution, with a certificate of AWS Certificate Manager in us-east-1 that covers it; or check where the name's DNS record leads.`;
    }
  }
  return connectionHint(error, "siteUrl");
}

function causeOfUnknownName(hostname: string, nameServers: readonly string[]): string {
  const whom =
    nameServers.length > 0
      ? `have the registrar of the domain set these name servers: ${nameServers.join(", ")}`
      : "check at the registrar of the domain that its name servers are those of the hosted zone";
  return `The name ${hostname} is not known to the DNS of this machine: the domain is not delegated to its hosted zone yet, or the record is not there; ${whom}. It takes up to two days until a delegation is known everywhere.`;
}

function causeOfStatus(answer: SiteAnswer, hostname: string, { concernsAll }: Circumstances): string {
  const { status, errorCode, headers } = answer;
  if (errorCode === "NoSuchWebsiteConfiguration") {
    return "The bucket is not set up as a website: set configureWebsite to true, or have its owner do so.";
  }
  if (errorCode === "NoSuchBucket") {
    return hostname.includes(".s3-website")
      ? "The bucket is not in the region of this website endpoint: check regionName and siteUrl."
      : `A website endpoint looks for the bucket that is named as the host, in its own region: the bucket must be named "${hostname}", and the name must lead to the endpoint of the region where it is.`;
  }
  if (status === 403) return concernsAll ? causeOfPrivacy(answer) : causeOfOneDenial(answer);
  if (status === 404 || status === 410) {
    return concernsAll
      ? "The URL does not lead to the objects that were published: check siteUrl, the origin and origin path of what stands before the bucket, and targetFolder."
      : "Nothing is there for visitors: a cache may still hold an error of before; or what stands before the bucket does not find the index document of a folder, as only website endpoints do; or somebody deleted the object meanwhile.";
  }
  if (status >= 500) {
    return isCloudFront(answer)
      ? "CloudFront gets no right answer from its origin, or a function of the distribution fails: check the origin's domain name and its protocol, which is http only for a website endpoint."
      : "The server fails for now: look at its logs, and run the step again.";
  }
  if (status >= 300 && headers.location) {
    return "Visitors are sent on: where that is meant, as from http to https, set siteUrl to where it leads; else look for the rule that does so.";
  }
  return status < 300
    ? "Something before the bucket answers in its place: check the custom error responses and functions of the distribution, or the CDN's own settings."
    : "What answers does not understand the request: check where siteUrl and the name's DNS record lead.";
}

function causeOfPrivacy(answer: SiteAnswer): string {
  return isCloudFront(answer)
    ? "CloudFront may not read the bucket: allow the service principal cloudfront.amazonaws.com s3:GetObject in the bucket's policy, for this distribution (origin access control), and kms:Decrypt where objects are encrypted with a KMS key; or set publicRead to true where the origin is the website endpoint. A distribution without a default root object answers so at / as well."
    : "Visitors may not read the bucket: set publicRead to true, or look for what stands against it: a missing statement or a Deny in the bucket's policy, or Block Public Access of the bucket, of the AWS account or of its organization.";
}

function causeOfOneDenial(answer: SiteAnswer): string {
  return isCloudFront(answer)
    ? "Other objects can be read: this path has no object, as CloudFront finds no index document of a folder by itself and S3 tells nobody without s3:ListBucket what is missing; or its object is encrypted with a KMS key that CloudFront may not use."
    : "Other objects can be read: look for a Deny in the bucket's policy; an object that is encrypted with a KMS key, or owned by another account, cannot be read by visitors either.";
}

function causeOfContent(answer: SiteAnswer): string {
  return `${cacheOf(answer)} may hold an older version${ageOf(answer)}; or a CDN rewrites what it passes on (minifying, injected scripts); or somebody else published meanwhile.`;
}

function causeOfErrorPage(answer: SiteAnswer): string {
  return isCloudFront(answer)
    ? "The distribution does not answer errors with the site's error document: add custom error responses for 403 and 404 to it, with the path of that document."
    : "The bucket does not answer errors with the site's error document: set configureWebsite to true, or name the document in the bucket's website configuration.";
}

function cacheOf(answer: SiteAnswer): string {
  return isCloudFront(answer) ? "CloudFront" : "A cache before the bucket";
}

function ageOf({ headers }: SiteAnswer): string {
  return headers.age && /^\d+$/.test(headers.age) ? `, for ${headers.age} s now` : "";
}

function isCloudFront({ headers }: SiteAnswer): boolean {
  return headers["x-amz-cf-id"] !== undefined;
}
