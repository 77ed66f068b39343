import type { Reply } from "../http/reply.ts";
import type { S3Request } from "../http/request.ts";
import type { Redirect, RoutingRule } from "../store/website.ts";

/** The redirect of a website that redirects all addresses. */
export function redirectAll(request: S3Request, redirect: Redirect): Reply {
  return redirectReply(301, address(request, redirect, encodeKey(request.key ?? "")));
}

/**
 * The first rule for a request, in the order of the configuration.
 * Source: "(Optional) Configuring a webpage redirect" in the Amazon S3 User Guide
 * @param errorStatus what the request would be answered with; undefined before it is known, when only rules count that
 *   do not ask for it
 */
export function findRule(
  rules: readonly RoutingRule[],
  key: string,
  errorStatus: number | undefined,
): RoutingRule | undefined {
  return rules.find(({ condition: { keyPrefixEquals = "", httpErrorCodeReturnedEquals } = {} }) => {
    return key.startsWith(keyPrefixEquals) && httpErrorCodeReturnedEquals === errorStatus;
  });
}

/** What a rule answers. */
export function followRule(request: S3Request, { condition, redirect }: RoutingRule): Reply {
  const key = request.key ?? "";
  const { replaceKeyWith, replaceKeyPrefixWith, httpRedirectCode = 301 } = redirect;
  if (replaceKeyWith !== undefined) {
    return redirectReply(httpRedirectCode, address(request, redirect, encodeURI(replaceKeyWith)));
  }
  const rest = replaceKeyPrefixWith === undefined ? key : key.slice(condition?.keyPrefixEquals?.length ?? 0);
  // A replacement may hold a fragment, such as `#!/`: its marks stay.
  const path = encodeURI(replaceKeyPrefixWith ?? "") + encodeKey(rest);
  return redirectReply(httpRedirectCode, address(request, redirect, path));
}

/** An answer that sends the visitor elsewhere. */
export function redirectReply(status: number, location: string): Reply {
  return { status, headers: { location, "content-length": "0" } };
}

/** A key as the path of a URL. */
export function encodeKey(key: string): string {
  return key.split("/").map(encodeURIComponent).join("/");
}

function address({ wireHeaders, target }: S3Request, { hostName, protocol = "http" }: Redirect, path: string): string {
  const queryStart = target.indexOf("?");
  const query = queryStart < 0 ? "" : target.slice(queryStart);
  return `${protocol}://${hostName ?? wireHeaders.get("host") ?? ""}/${path}${query}`;
}
