import { CodedError } from "../../errors/coded-error.ts";
import { withoutUser } from "../network-secrets.ts";

/** The connection URL that means Amazon S3, in any region. */
const AMAZON_S3_HOST = "s3.amazonaws.com";
const AMAZON_S3_URL = `https://${AMAZON_S3_HOST}/`;
/** Domains of AWS endpoints, also those of private networks. Source: "AWS service endpoints", AWS General Reference. */
const AWS_DOMAINS = /\.(amazonaws\.com(\.cn)?|api\.aws|api\.amazonwebservices\.com\.cn|c2s\.ic\.gov|sc2s\.sgov\.gov)$/;

/**
 * Reads the URL of an S3 server.
 *
 * @returns undefined for Amazon S3.
 * @throws Error whose message says what is wrong with the URL.
 */
export function parseStoreUrl(text: string): URL | undefined {
  const advice = `Enter ${AMAZON_S3_URL} for Amazon S3, or the URL of your server.`;
  const url = parseServerUrl(text, "server URL", advice);
  if (url.hostname !== AMAZON_S3_HOST) return url;
  if (url.href === AMAZON_S3_URL) return undefined;
  throw new CodedError(
    "url-invalid",
    `its server URL "${shown(url)}" is not exactly that of Amazon S3, ${AMAZON_S3_URL}. ${advice}`,
  );
}

/**
 * Reads the URL of a security token service.
 *
 * @param takesToken whether it receives the pipeline's token. Whoever reads that token can act as the pipeline, which is not so for a
 * signature.
 * @throws Error whose message says what is wrong with the URL.
 */
export function parseStsUrl(text: string, takesToken: boolean): URL {
  const advice =
    "Enter a URL, for example https://vpce-0123-abcd.sts.eu-west-1.vpce.amazonaws.com. If empty, the endpoint of AWS is used.";
  const url = parseServerUrl(text, "STS endpoint", advice);
  if (takesToken && url.protocol === "http:" && !isLoopback(url)) {
    const why = "uses http, so others could read the pipeline's token";
    throw new CodedError(
      "url-invalid",
      `its STS endpoint "${shown(url)}" ${why}. Enter a URL that starts with https://.`,
    );
  }
  return url;
}

/** Who can assume roles for a step: AWS, the security token service of another store, or none. */
export type RoleAuthority = "aws" | "store" | "none";

/** Endpoints in a private network belong to AWS too, as their names show. */
export function roleAuthorityOf(endpoint: URL | undefined, stsEndpoint: URL | undefined): RoleAuthority {
  const isOfAws = (url: URL) => AWS_DOMAINS.test(url.hostname);
  if (stsEndpoint) return isOfAws(stsEndpoint) ? "aws" : "store";
  return !endpoint || isOfAws(endpoint) ? "aws" : "none";
}

function parseServerUrl(text: string, name: string, advice: string): URL {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  // With / or # in a key that stands before an @, a part of the key would count as the host or the path.
  const safeText = url && !text.includes("@") ? shown(url) : withoutUser(text);
  const wrong = (why: string) => new CodedError("url-invalid", `its ${name} "${safeText}" ${why}. ${advice}`);
  if (!url) throw wrong("is not a URL");
  if (url.protocol !== "https:" && url.protocol !== "http:") throw wrong("does not start with https:// or http://");
  if (url.username || url.password) {
    throw wrong("has a user name or a password. Enter them as the keys of the service connection");
  }
  if (url.search || url.hash) throw wrong("has a query or fragment");
  return url;
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** Without a user and password, and without a query. */
function shown({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`;
}
