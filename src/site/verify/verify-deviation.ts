import type { ErrorCode } from "../../errors/error-codes.ts";
import type { ConnectionError } from "../../http/connection-error.ts";
import type { SiteCheck } from "./site-check.ts";
import type { BodyEncodingError, SiteAnswer } from "./verify-answer.ts";

/** How an answer differs from the expected one, or that there was none. */
export type Deviation =
  | { readonly aspect: "connection"; readonly error: ConnectionError }
  | { readonly aspect: "encoding"; readonly error: BodyEncodingError }
  | {
      readonly aspect: "status" | "location" | "content" | "oldContent" | "contentType" | "cacheControl";
      /** For example "status 200". */
      readonly expected: string;
      readonly got: string;
      readonly answer: SiteAnswer;
    };

/** Compares an answer with the expected one. The status comes first, because with a wrong status the rest is wrong too. */
export function deviationOf(check: SiteCheck, answer: SiteAnswer): Deviation | undefined {
  const { statuses, sha256, contentType, cacheControl, location } = check;
  const { headers } = answer;
  if (!statuses.includes(answer.status)) {
    const got = [answer.status, answer.errorCode, headers.location && `to ${headers.location}`].filter(Boolean);
    return { aspect: "status", expected: `status ${statuses.join(" or ")}`, got: got.join(" "), answer };
  }
  if (location !== undefined && !leadsTo(location, check.url, headers.location)) {
    return { aspect: "location", expected: `a redirect to ${location}`, got: headers.location ?? "none", answer };
  }
  if (sha256 !== undefined && sha256 !== answer.sha256) {
    const expected = `the content with the SHA-256 ${sha256}`;
    return answer.sha256 === check.previousSha256
      ? { aspect: "oldContent", expected, got: "the content of the publish before", answer }
      : { aspect: "content", expected, got: `content with ${answer.sha256}`, answer };
  }
  if (contentType !== undefined && !isSameValue(contentType, headers["content-type"])) {
    const got = headers["content-type"] ?? "none";
    return { aspect: "contentType", expected: `Content-Type ${contentType}`, got, answer };
  }
  if (cacheControl !== undefined && !isSameValue(cacheControl, headers["cache-control"])) {
    const got = headers["cache-control"] ?? "none";
    return { aspect: "cacheControl", expected: `Cache-Control ${cacheControl}`, got, answer };
  }
  return undefined;
}

/** A sentence without its end. */
export function describeDeviation(deviation: Deviation): string {
  return "error" in deviation ? deviation.error.message : `expected ${deviation.expected}, got ${deviation.got}`;
}

const CODES: Readonly<Record<Exclude<Deviation["aspect"], "connection" | "encoding">, ErrorCode>> = {
  status: "page-status-wrong",
  location: "page-redirect-wrong",
  content: "page-content-wrong",
  oldContent: "page-outdated",
  contentType: "page-header-wrong",
  cacheControl: "page-header-wrong",
};

/** If there was no answer, the code of the connection error. */
export function codeOfDeviation(deviation: Deviation): ErrorCode {
  return "error" in deviation ? deviation.error.code : CODES[deviation.aspect];
}

/** A path without a host matches any host, because S3 and a CDN may each use their own. */
function leadsTo(expected: string, url: string, got: string | undefined): boolean {
  if (got === undefined || !URL.canParse(got, url) || !URL.canParse(expected, url)) return false;
  const wanted = new URL(expected, url);
  const found = new URL(got, url);
  if (!expected.startsWith("/")) return found.href === wanted.href;
  return found.pathname + found.search + found.hash === wanted.pathname + wanted.search + wanted.hash;
}

function isSameValue(expected: string, got: string | undefined): boolean {
  const plain = (value: string) => value.toLowerCase().replace(/\s+/g, "");
  return got !== undefined && plain(got) === plain(expected);
}
