import { S3Error } from "../http/errors.ts";
import { childrenOf, type ParsedXml, parseXml, textOf, type XmlElements, xmlDocument } from "../http/xml.ts";
import type {
  RedirectingWebsite,
  RoutingCondition,
  RoutingRedirect,
  RoutingRule,
  WebProtocol,
  WebsiteConfiguration,
} from "../store/website.ts";

type Children = ReturnType<typeof childrenOf>;

const maxRoutingRules = 50;

/**
 * Reads a website configuration.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_WebsiteConfiguration.html
 * @throws S3Error MalformedXML, InvalidArgument, InvalidRequest
 */
export function readWebsite(document: string): WebsiteConfiguration {
  const configuration = parseXml(document, "WebsiteConfiguration");
  const redirectAll = onlyChild(configuration, "RedirectAllRequestsTo");
  if (redirectAll !== undefined) return readRedirectAll(redirectAll, configuration);
  const indexDocument = onlyChild(configuration, "IndexDocument");
  const errorDocument = onlyChild(configuration, "ErrorDocument");
  return {
    indexSuffix: readIndexSuffix(indexDocument && textOf(indexDocument, "Suffix")),
    errorKey: errorDocument && readErrorKey(textOf(errorDocument, "Key")),
    routingRules: readRoutingRules(onlyChild(configuration, "RoutingRules")),
  };
}

/** The document for a configuration. */
export function websiteDocument(website: WebsiteConfiguration): string {
  if ("redirectAllRequestsTo" in website) {
    const { hostName, protocol } = website.redirectAllRequestsTo;
    return xmlDocument("WebsiteConfiguration", {
      RedirectAllRequestsTo: { HostName: hostName, Protocol: protocol },
    });
  }
  const { indexSuffix, errorKey, routingRules } = website;
  return xmlDocument("WebsiteConfiguration", {
    IndexDocument: { Suffix: indexSuffix },
    ErrorDocument: errorKey === undefined ? undefined : { Key: errorKey },
    RoutingRules: routingRules.length === 0 ? undefined : { RoutingRule: routingRules.map(ruleElements) },
  });
}

function readRedirectAll(element: Children, configuration: Children): RedirectingWebsite {
  if (configuration.size > 1) {
    throw new S3Error(
      "InvalidArgument",
      "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.",
      { elements: { ArgumentName: "RedirectAllRequestsTo", ArgumentValue: "not null" } },
    );
  }
  const hostName = textOf(element, "HostName");
  if (!hostName) throw new S3Error("MalformedXML");
  return { redirectAllRequestsTo: { hostName, ...given("protocol", readProtocol(element)) } };
}

function readIndexSuffix(suffix: string | undefined): string {
  if (suffix !== undefined && suffix !== "" && !suffix.includes("/")) return suffix;
  const message =
    suffix === undefined
      ? "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty"
      : "The IndexDocument Suffix is not well formed";
  throw invalidArgument("IndexDocument", suffix, message);
}

function readErrorKey(key: string | undefined): string {
  if (key) return key;
  throw invalidArgument("ErrorDocument", key, "The ErrorDocument Key is not well formed");
}

function readRoutingRules(list: Children | undefined): readonly RoutingRule[] {
  const rules = list?.get("RoutingRule") ?? [];
  if (rules.length > maxRoutingRules) {
    throw new S3Error(
      "InvalidRequest",
      `${rules.length} routing rules provided, the number of routing rules in a website configuration is limited to ${maxRoutingRules}.`,
    );
  }
  return rules.map(readRoutingRule);
}

function readRoutingRule(element: ParsedXml): RoutingRule {
  const rule = childrenOf(element);
  const condition = onlyChild(rule, "Condition");
  const redirect = onlyChild(rule, "Redirect");
  if (redirect === undefined || redirect.size === 0) throw new S3Error("MalformedXML");
  return { ...given("condition", condition && readCondition(condition)), redirect: readRedirect(redirect) };
}

function readCondition(element: Children): RoutingCondition {
  const code = readCode(element, "HttpErrorCodeReturnedEquals");
  const keyPrefixEquals = textOf(element, "KeyPrefixEquals");
  if (code !== undefined && !((code >= 400 && code <= 417) || (code >= 500 && code <= 505))) {
    throw invalidRequest(`The provided HTTP error code (${code}) is not valid. Valid codes are 4XX or 5XX.`);
  }
  if (code === undefined && keyPrefixEquals === undefined) {
    throw invalidRequest(
      "Condition cannot be empty. To redirect all requests without a condition, the condition element shouldn't be present.",
    );
  }
  return { ...given("keyPrefixEquals", keyPrefixEquals), ...given("httpErrorCodeReturnedEquals", code) };
}

function readRedirect(element: Children): RoutingRedirect {
  const code = readCode(element, "HttpRedirectCode");
  if (code !== undefined && ![301, 302, 303, 304, 305, 307, 308].includes(code)) {
    throw invalidRequest(`The provided HTTP redirect code (${code}) is not valid. Valid codes are 3XX except 300.`);
  }
  const replaceKeyPrefixWith = textOf(element, "ReplaceKeyPrefixWith");
  const replaceKeyWith = textOf(element, "ReplaceKeyWith");
  if (replaceKeyPrefixWith !== undefined && replaceKeyWith !== undefined) {
    throw invalidRequest("You can only define ReplaceKeyPrefix or ReplaceKey but not both.");
  }
  return {
    ...given("hostName", textOf(element, "HostName") || undefined),
    ...given("protocol", readProtocol(element)),
    ...given("replaceKeyPrefixWith", replaceKeyPrefixWith),
    ...given("replaceKeyWith", replaceKeyWith),
    ...given("httpRedirectCode", code),
  };
}

function readProtocol(element: Children): WebProtocol | undefined {
  const protocol = textOf(element, "Protocol");
  if (protocol === undefined || protocol === "http" || protocol === "https") return protocol;
  throw invalidRequest(
    "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically.",
  );
}

function readCode(element: Children, name: string): number | undefined {
  const text = textOf(element, name);
  if (text === undefined) return undefined;
  if (!/^\d{3}$/.test(text)) throw new S3Error("MalformedXML");
  return Number(text);
}

function ruleElements({ condition, redirect }: RoutingRule): XmlElements {
  return {
    Condition: condition && {
      HttpErrorCodeReturnedEquals: condition.httpErrorCodeReturnedEquals,
      KeyPrefixEquals: condition.keyPrefixEquals,
    },
    Redirect: {
      HostName: redirect.hostName,
      HttpRedirectCode: redirect.httpRedirectCode,
      Protocol: redirect.protocol,
      ReplaceKeyPrefixWith: redirect.replaceKeyPrefixWith,
      ReplaceKeyWith: redirect.replaceKeyWith,
    },
  };
}

/** The children of an element's only child of that name. */
function onlyChild(children: Children, name: string): Children | undefined {
  const [only, second] = children.get(name) ?? [];
  if (second !== undefined) throw new S3Error("MalformedXML");
  return only === undefined ? undefined : childrenOf(only);
}

/** A property that is omitted if it has no value. */
function given<Name extends string, Value>(name: Name, value: Value | undefined): { readonly [N in Name]?: Value } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [N in Name]?: Value };
}

function invalidArgument(name: string, value: string | undefined, message: string): S3Error {
  return new S3Error("InvalidArgument", message, {
    elements: { ArgumentName: name, ArgumentValue: value ?? "null" },
  });
}

function invalidRequest(message: string): S3Error {
  return new S3Error("InvalidRequest", message);
}
