import type { XmlElement } from "../../aws/xml.ts";
import type { HttpResponse } from "../../http/messages.ts";
import type { Bucket } from "../bucket.ts";
import { childElements, childText, escapeXml, notS3, readResult, S3_NAMESPACE, xmlRequest } from "../xml-body.ts";
import { getBucketSetting, putBucketSetting, settingNotSupported } from "./bucket-setting.ts";

/** How the website endpoint of a bucket answers: with its objects, or by sending every visitor elsewhere. */
export type WebsiteConfiguration = WebsiteHosting | WebsiteRedirect;

export interface WebsiteHosting {
  /** What is appended to the key of a folder, as `index.html`. */
  readonly indexDocument: string;
  /** The key of the object that is answered with in the place of an error. */
  readonly errorDocument?: string;
  /** At most 50. */
  readonly routingRules: readonly RoutingRule[];
}

export interface WebsiteRedirect {
  readonly redirectAllRequestsTo: {
    readonly hostName: string;
    /** That of the request where it is absent. */
    readonly protocol?: Protocol;
  };
}

export type Protocol = "http" | "https";

/**
 * Where its condition holds, the visitor is sent elsewhere. Rules without an error code are tried before the object is looked for, those
 * with one after it failed; of each the first whose condition holds is followed.
 *
 * Source: RoutingRule in the Amazon S3 API Reference.
 */
export interface RoutingRule {
  /** Both must hold; without either, every request is meant. */
  readonly condition: {
    /** What the object key begins with. A request for a folder is for the folder's key, without the index document. */
    readonly keyPrefix?: string;
    /** The status that the visitor would get without this rule, as "404". */
    readonly httpErrorCode?: string;
  };
  readonly redirect: {
    readonly protocol?: Protocol;
    /** With its port, if any. */
    readonly hostName?: string;
    /** Put in the place of `keyPrefix`, which it takes away where it is empty; never beside `replaceKeyWith`. */
    readonly replaceKeyPrefixWith?: string;
    readonly replaceKeyWith?: string;
    /** 301 where it is absent. */
    readonly httpRedirectCode?: string;
  };
}

const ROOT = "WebsiteConfiguration";

/**
 * Reads how a bucket is set up as a website. That takes s3:GetBucketWebsite.
 *
 * @returns undefined where it is no website.
 * @throws {UnsupportedInputError} if the store has no websites; what `Bucket.send` throws.
 *
 * Source: GetBucketWebsite in the Amazon S3 API Reference.
 */
export async function getWebsiteConfiguration(
  bucket: Bucket,
  signal?: AbortSignal,
): Promise<WebsiteConfiguration | undefined> {
  const response = await getBucketSetting(bucket, "website", signal);
  if (response === "none") return undefined;
  if (response === "unsupported") throw settingNotSupported("website");
  const root = await readResult(response, ROOT);
  const [redirectAll] = childElements(root, "RedirectAllRequestsTo");
  const hostName = redirectAll && textOf(redirectAll, "HostName");
  if (hostName) return { redirectAllRequestsTo: { hostName, ...given("protocol", protocolOf(redirectAll)) } };
  return readHosting(root, response);
}

/**
 * Sets a bucket up as a website, in the place of how it is set up now. That takes s3:PutBucketWebsite.
 *
 * @throws {UnsupportedInputError} if the store has no websites; what `Bucket.send` throws.
 *
 * Source: PutBucketWebsite in the Amazon S3 API Reference.
 */
export async function putWebsiteConfiguration(
  bucket: Bucket,
  configuration: WebsiteConfiguration,
  signal?: AbortSignal,
): Promise<void> {
  const content = "redirectAllRequestsTo" in configuration ? writeRedirect(configuration) : writeHosting(configuration);
  const document = `<${ROOT} xmlns="${S3_NAMESPACE}">${content}</${ROOT}>`;
  await putBucketSetting(bucket, "website", xmlRequest(document), signal);
}

function readHosting(root: XmlElement, response: HttpResponse): WebsiteHosting {
  const [index = {}] = childElements(root, "IndexDocument");
  const [error = {}] = childElements(root, "ErrorDocument");
  const indexDocument = textOf(index, "Suffix");
  if (!indexDocument) throw notS3(response, "the website configuration has neither an index document nor a redirect");
  const rules = childElements(root, "RoutingRules").flatMap((list) => childElements(list, "RoutingRule"));
  return { indexDocument, ...given("errorDocument", textOf(error, "Key")), routingRules: rules.map(readRule) };
}

function readRule(rule: XmlElement): RoutingRule {
  const [condition = {}] = childElements(rule, "Condition");
  const [redirect = {}] = childElements(rule, "Redirect");
  return {
    condition: {
      ...given("keyPrefix", childText(condition, "KeyPrefixEquals")),
      ...given("httpErrorCode", textOf(condition, "HttpErrorCodeReturnedEquals")),
    },
    redirect: {
      ...given("protocol", protocolOf(redirect)),
      ...given("hostName", textOf(redirect, "HostName")),
      ...given("replaceKeyPrefixWith", childText(redirect, "ReplaceKeyPrefixWith")),
      ...given("replaceKeyWith", childText(redirect, "ReplaceKeyWith")),
      ...given("httpRedirectCode", textOf(redirect, "HttpRedirectCode")),
    },
  };
}

function writeHosting({ indexDocument, errorDocument, routingRules }: WebsiteHosting): string {
  const rules = routingRules.map(
    ({ condition, redirect }) =>
      `<RoutingRule>${writeCondition(condition)}${writeRuleRedirect(redirect)}</RoutingRule>`,
  );
  return (
    `<IndexDocument>${element("Suffix", indexDocument)}</IndexDocument>` +
    (errorDocument === undefined ? "" : `<ErrorDocument>${element("Key", errorDocument)}</ErrorDocument>`) +
    (rules.length > 0 ? `<RoutingRules>${rules.join("")}</RoutingRules>` : "")
  );
}

function writeCondition({ keyPrefix, httpErrorCode }: RoutingRule["condition"]): string {
  const content = element("KeyPrefixEquals", keyPrefix) + element("HttpErrorCodeReturnedEquals", httpErrorCode);
  return content && `<Condition>${content}</Condition>`;
}

function writeRuleRedirect(redirect: RoutingRule["redirect"]): string {
  const content =
    element("Protocol", redirect.protocol) +
    element("HostName", redirect.hostName) +
    element("ReplaceKeyPrefixWith", redirect.replaceKeyPrefixWith) +
    element("ReplaceKeyWith", redirect.replaceKeyWith) +
    element("HttpRedirectCode", redirect.httpRedirectCode);
  return `<Redirect>${content}</Redirect>`;
}

function writeRedirect({ redirectAllRequestsTo: { hostName, protocol } }: WebsiteRedirect): string {
  const content = element("HostName", hostName) + element("Protocol", protocol);
  return `<RedirectAllRequestsTo>${content}</RedirectAllRequestsTo>`;
}

/** @returns nothing where there is no text to be written. */
function element(name: string, text: string | undefined): string {
  return text === undefined ? "" : `<${name}>${escapeXml(text)}</${name}>`;
}

/** The text of a child, where it says something: some stores write what is not set as an empty element. */
function textOf(parent: XmlElement, name: string): string | undefined {
  return childText(parent, name) || undefined;
}

function protocolOf(parent: XmlElement): Protocol | undefined {
  const protocol = childText(parent, "Protocol")?.toLowerCase();
  return protocol === "http" || protocol === "https" ? protocol : undefined;
}

/** A property, where it has a value. */
function given<Name extends string, Value>(name: Name, value: Value | undefined): { readonly [key in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [key in Name]: Value });
}
