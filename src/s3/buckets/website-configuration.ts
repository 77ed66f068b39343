import type { GetBucketWebsiteOutput, Protocol as SdkProtocol, RoutingRule as SdkRule } from "@aws-sdk/client-s3";
import { NOT_S3, ServiceError } from "../../aws/errors/errors.ts";
import type { Bucket } from "../bucket.ts";
import { PLACE } from "../sdk/open-client.ts";
import { getBucketSetting, putBucketSetting, settingNotSupported } from "./bucket-setting.ts";

/** How the website endpoint of a bucket answers: with its objects, or by sending every visitor elsewhere. */
export type WebsiteConfiguration = WebsiteHosting | WebsiteRedirect;

export interface WebsiteHosting {
  /** What is appended to the key of a folder, for example `index.html`. */
  readonly indexDocument: string;
  /** The key of the object that is returned for errors. */
  readonly errorDocument?: string;
  /** At most 50. */
  readonly routingRules: readonly RoutingRule[];
}

export interface WebsiteRedirect {
  readonly redirectAllRequestsTo: {
    readonly hostName: string;
    /** If absent, the protocol of the request. */
    readonly protocol?: Protocol;
  };
}

export type Protocol = "http" | "https";

/**
 * Redirects visitors if its condition holds. Rules without an error code are tried before the object is read, rules with one after an
 * error. The first rule of each kind whose condition holds is used.
 *
 * Source: RoutingRule in the Amazon S3 API Reference.
 */
export interface RoutingRule {
  /** Both must hold. Without conditions, the rule is for every request. */
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
    /** Replaces `keyPrefix`, or removes it if empty. Never together with `replaceKeyWith`. */
    readonly replaceKeyPrefixWith?: string;
    readonly replaceKeyWith?: string;
    /** 301 if absent. */
    readonly httpRedirectCode?: string;
  };
}

/**
 * Reads how a bucket is set up as a website. That takes s3:GetBucketWebsite.
 *
 * @returns undefined if it is no website.
 * @throws {UnsupportedInputError} if the store has no websites; what `Bucket.send` throws.
 *
 * Source: GetBucketWebsite in the Amazon S3 API Reference.
 */
export async function getWebsiteConfiguration(
  bucket: Bucket,
  signal?: AbortSignal,
): Promise<WebsiteConfiguration | undefined> {
  const answer = await getBucketSetting(bucket, signal, {
    send: (client, sdk) => client.send(new sdk.GetBucketWebsiteCommand(PLACE)),
    roots: ["WebsiteConfiguration"],
  });
  if (answer === "none") return undefined;
  if (answer === "unsupported") throw settingNotSupported("website");
  const { HostName, Protocol } = answer.RedirectAllRequestsTo ?? {};
  if (HostName) return { redirectAllRequestsTo: { hostName: HostName, ...given("protocol", protocolOf(Protocol)) } };
  return readHosting(answer);
}

/**
 * Sets a bucket up as a website, which replaces how it is set up now. That takes s3:PutBucketWebsite.
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
  const WebsiteConfiguration =
    "redirectAllRequestsTo" in configuration ? writeRedirect(configuration) : writeHosting(configuration);
  await putBucketSetting(bucket, "website", signal, {
    send: (client, sdk) => client.send(new sdk.PutBucketWebsiteCommand({ ...PLACE, WebsiteConfiguration })),
  });
}

function readHosting({ IndexDocument, ErrorDocument, RoutingRules = [] }: GetBucketWebsiteOutput): WebsiteHosting {
  const indexDocument = IndexDocument?.Suffix;
  if (!indexDocument) {
    const serverMessage = "the website configuration has neither an index document nor a redirect";
    throw new ServiceError({ status: 200, awsCode: NOT_S3, serverMessage });
  }
  return {
    indexDocument,
    ...given("errorDocument", textOf(ErrorDocument?.Key)),
    routingRules: RoutingRules.map(readRule),
  };
}

function readRule({ Condition = {}, Redirect = {} }: SdkRule): RoutingRule {
  return {
    condition: {
      ...given("keyPrefix", Condition.KeyPrefixEquals),
      ...given("httpErrorCode", textOf(Condition.HttpErrorCodeReturnedEquals)),
    },
    redirect: {
      ...given("protocol", protocolOf(Redirect.Protocol)),
      ...given("hostName", textOf(Redirect.HostName)),
      ...given("replaceKeyPrefixWith", Redirect.ReplaceKeyPrefixWith),
      ...given("replaceKeyWith", Redirect.ReplaceKeyWith),
      ...given("httpRedirectCode", textOf(Redirect.HttpRedirectCode)),
    },
  };
}

function writeHosting({ indexDocument, errorDocument, routingRules }: WebsiteHosting) {
  return {
    IndexDocument: { Suffix: indexDocument },
    ...(errorDocument === undefined ? {} : { ErrorDocument: { Key: errorDocument } }),
    ...(routingRules.length > 0 ? { RoutingRules: routingRules.map(writeRule) } : {}),
  };
}

function writeRule({ condition, redirect }: RoutingRule): SdkRule {
  const { keyPrefix, httpErrorCode } = condition;
  const hasCondition = keyPrefix !== undefined || httpErrorCode !== undefined;
  return {
    ...(hasCondition ? { Condition: { KeyPrefixEquals: keyPrefix, HttpErrorCodeReturnedEquals: httpErrorCode } } : {}),
    Redirect: {
      Protocol: redirect.protocol,
      HostName: redirect.hostName,
      ReplaceKeyPrefixWith: redirect.replaceKeyPrefixWith,
      ReplaceKeyWith: redirect.replaceKeyWith,
      HttpRedirectCode: redirect.httpRedirectCode,
    },
  };
}

function writeRedirect({ redirectAllRequestsTo: { hostName, protocol } }: WebsiteRedirect) {
  return { RedirectAllRequestsTo: { HostName: hostName, Protocol: protocol } };
}

/** A text that is not empty: some stores write an unset value as an empty element. */
function textOf(text: string | undefined): string | undefined {
  return text || undefined;
}

function protocolOf(text: SdkProtocol | undefined): Protocol | undefined {
  const protocol = text?.toLowerCase();
  return protocol === "http" || protocol === "https" ? protocol : undefined;
}

/** A property, if it has a value. */
function given<Name extends string, Value>(name: Name, value: Value | undefined): { readonly [key in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [key in Name]: Value });
}
