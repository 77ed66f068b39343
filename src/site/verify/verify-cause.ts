import { connectionHint } from "../../aws/errors/connection-hints.ts";
import type { ConnectionError } from "../../http/connection-error.ts";
import { ProxyError } from "../../http/proxy-error.ts";
import type { SiteAnswer } from "./verify-answer.ts";
import type { Deviation } from "./verify-deviation.ts";

/** Facts besides a single answer. */
export interface Circumstances {
  /** Whether all pages and assets have the same wrong status. */
  readonly concernsAll: boolean;
  /** The name servers of the hosted zone of the site's domain, if known. */
  readonly nameServers: readonly string[];
}

/** The most likely cause of a deviation, and what to do, as complete sentences. */
export function likelyCause(deviation: Deviation, url: string, circumstances: Circumstances): string {
  const { hostname } = new URL(url);
  switch (deviation.aspect) {
    case "connection":
      return causeOfSilence(deviation.error, hostname, circumstances);
    case "encoding":
      return "The body or its Content-Encoding is changed on the way. Check whether files are compressed twice, and that contentEncoding and compress fit the files.";
    case "status":
      return causeOfStatus(deviation.answer, hostname, circumstances);
    case "location":
      return "Another rule comes first: check the routing rules of the bucket, and redirects of the CDN. Or a cache still has the old redirect.";
    case "content":
      return deviation.answer.status < 400 ? causeOfContent(deviation.answer) : causeOfErrorPage(deviation.answer);
    case "oldContent":
      return `${cacheOf(deviation.answer)} still has the old version${ageOf(deviation.answer)}: the invalidation is late or does not cover this path. Set cloudFrontDistributionId, or clear the cache of the CDN after each publish.`;
    case "contentType":
      return causeOfHeader(deviation.answer, "content-type");
    case "cacheControl":
      return causeOfHeader(deviation.answer, "cache-control");
  }
}

function causeOfHeader(answer: SiteAnswer, name: string): string {
  if (answer.headers[name] === undefined && !isCloudFront(answer))
    return "The store does not keep this header, as some S3-compatible servers do not, or something between it and its visitors removes it. If visitors do not need it, set verify to false.";
  return `Something between the bucket and its visitors sets this header${isCloudFront(answer) ? ", for example a response headers policy or a function of the CloudFront distribution" : ", for example the settings of a CDN"}. Or a cache still has the old header.`;
}

function causeOfSilence(error: ConnectionError, hostname: string, { nameServers }: Circumstances): string {
  if (!(error instanceof ProxyError)) {
    if (error.code === "name-not-found") return causeOfUnknownName(hostname, nameServers);
    if (hostname.includes(".s3-website") && error.code !== "connection-lost") {
      return "Website endpoints of Amazon S3 use http only. Check that siteUrl starts with http://, and that this machine may connect to port 80.";
    }
    if (error.code === "certificate-name-wrong") {
      return `The server has no certificate for ${hostname}. Add it to the alternate domain names of the distribution, with a certificate of AWS Certificate Manager in us-east-1. Or check the DNS record of the name.`;
    }
  }
  return connectionHint(error, "siteUrl");
}

function causeOfUnknownName(hostname: string, nameServers: readonly string[]): string {
  const whom =
    nameServers.length > 0
      ? `set these name servers at the registrar of the domain: ${nameServers.join(", ")}`
      : "check at the registrar of the domain that its name servers are those of the hosted zone";
  return `The name ${hostname} is not known to the DNS of this machine. The domain does not use its hosted zone yet, or the record does not exist: ${whom}. A change of name servers can take up to two days.`;
}

function causeOfStatus(answer: SiteAnswer, hostname: string, { concernsAll }: Circumstances): string {
  const { status, errorCode, headers } = answer;
  if (errorCode === "NoSuchWebsiteConfiguration") {
    return "The bucket is not a website. Set configureWebsite to true, or ask its owner to configure it.";
  }
  if (errorCode === "NoSuchBucket") {
    return hostname.includes(".s3-website")
      ? "The bucket is not in the region of this website endpoint: check regionName and siteUrl."
      : `A website endpoint uses the bucket with the name of the host, in its own region. The bucket must have the name "${hostname}", and the DNS record must lead to the endpoint of its region.`;
  }
  if (status === 403) return concernsAll ? causeOfPrivacy(answer) : causeOfOneDenial(answer);
  if (status === 404 || status === 410) {
    return concernsAll
      ? "The URL does not lead to the objects that were published. Check siteUrl, targetFolder, and the origin and origin path of the CDN."
      : "Visitors find nothing there. A cache may still have an old error. Or the CDN does not find the index document of a folder; only website endpoints do. Or another process deleted the object.";
  }
  if (status >= 500) {
    return isCloudFront(answer)
      ? "CloudFront gets no valid answer from its origin, or a function of the distribution fails. Check the domain name of the origin, and its protocol: http only for a website endpoint."
      : "The server failed. Check its logs, and run the step again.";
  }
  if (status >= 300 && headers.location) {
    return "Visitors are redirected. If this is right, for example from http to https, set siteUrl to the target. Otherwise find the rule that redirects.";
  }
  return status < 300
    ? "Something in front of the bucket answers instead of it. Check the custom error responses and functions of the distribution, or the settings of the CDN."
    : "The server does not understand the request. Check siteUrl and the DNS record of the name.";
}

function causeOfPrivacy(answer: SiteAnswer): string {
  return isCloudFront(answer)
    ? "CloudFront may not read the bucket. Allow the service principal cloudfront.amazonaws.com s3:GetObject in the bucket's policy, for this distribution (origin access control), and kms:Decrypt if objects are encrypted with a KMS key. Or set publicRead to true if the origin is the website endpoint. A distribution without a default root object gives the same answer at /."
    : "Visitors may not read the bucket. Set publicRead to true. Or check the bucket policy for a missing statement or a Deny, and Block Public Access of the bucket, the account and the organization.";
}

function causeOfOneDenial(answer: SiteAnswer): string {
  return isCloudFront(answer)
    ? "Other objects can be read, but there is no object for this path. CloudFront does not find the index document of a folder. Or the object is encrypted with a KMS key that CloudFront may not use."
    : "Other objects can be read. Check the bucket policy for a Deny. Visitors cannot read an object that is encrypted with a KMS key, or that another account owns.";
}

function causeOfContent(answer: SiteAnswer): string {
  return `${cacheOf(answer)} may have an older version${ageOf(answer)}. Or a CDN changes the files (minifying, injected scripts). Or another publish ran at the same time.`;
}

function causeOfErrorPage(answer: SiteAnswer): string {
  return isCloudFront(answer)
    ? "The distribution does not return the site's error document. Add custom error responses for 403 and 404 to it, with the path of that document."
    : "The bucket does not return the site's error document. Set configureWebsite to true, or name the document in the bucket's website configuration.";
}

function cacheOf(answer: SiteAnswer): string {
  return isCloudFront(answer) ? "CloudFront" : "A cache in front of the bucket";
}

function ageOf({ headers }: SiteAnswer): string {
  return headers.age && /^\d+$/.test(headers.age) ? `, for ${headers.age} s` : "";
}

function isCloudFront({ headers }: SiteAnswer): boolean {
  return headers["x-amz-cf-id"] !== undefined;
}
