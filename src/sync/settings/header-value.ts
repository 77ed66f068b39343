import { CodedError } from "../../errors/coded-error.ts";
/**
 * Checks a header's value, which goes on the wire as it is.
 *
 * @param what names the value in the message, for example `the value of Expires`.
 * @returns the value.
 * @throws Error if it has a character that a header cannot hold. Source: RFC 9110, section 5.5, less the bytes above
 * ASCII, of which each server makes something else.
 */
export function checkHeaderValue(value: string, what: string): string {
  const [wrong] = /[^\x20-\x7e\t]/u.exec(value) ?? [];
  if (wrong === undefined) return value;
  const shown = /\p{C}/u.test(wrong) ? `U+${wrong.codePointAt(0)?.toString(16).padStart(4, "0")}` : `"${wrong}"`;
  throw new CodedError(
    "header-invalid",
    `${what} has a character that is not allowed in a header: ${shown}. Use plain ASCII.`,
  );
}

const ISO_DATE = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/;

/**
 * The value of an Expires header: an HTTP date as it is, a date or time in ISO 8601 as an HTTP date.
 *
 * @throws Error if it is neither. Source: RFC 9110, section 5.6.7.
 */
export function parseExpires(text: string): string {
  const [, isoDay] = ISO_DATE.exec(text) ?? [];
  const time = new Date(text);
  const isTime = !Number.isNaN(time.getTime());
  if (isTime && time.toUTCString() === text) return text;
  // V8 makes 2 March of 30 February.
  if (isTime && isoDay !== undefined && new Date(isoDay).toISOString().startsWith(isoDay)) return time.toUTCString();
  const examples = "Wed, 21 Oct 2026 07:28:00 GMT, 2026-10-21 or 2026-10-21T07:28:00Z";
  throw new CodedError("header-invalid", `"${text}" is not a date for Expires. Write one, for example ${examples}.`);
}

/** "Configuring a webpage redirect" in the Amazon S3 User Guide: at most 2 KB. */
const MAX_REDIRECT_BYTES = 2048;

/** @throws Error if S3 takes no such redirect. */
export function checkRedirectLocation(location: string): string {
  if (!/^(\/|https?:\/\/)/.test(location)) {
    throw new CodedError(
      "header-invalid",
      `"${location}" is not a redirect location. It must start with /, http:// or https://.`,
    );
  }
  if (location.length > MAX_REDIRECT_BYTES) {
    throw new CodedError(
      "header-invalid",
      `the redirect location has ${location.length} bytes, and S3 allows ${MAX_REDIRECT_BYTES}.`,
    );
  }
  return location;
}
