/** How a store may say what S3 says by a code of its own. A rule without `says` is about the store's code alone. */
interface Rule {
  /** S3's code. */
  readonly meaning: string;
  readonly codes: readonly string[];
  readonly says?: RegExp;
}

/** Codes that stores use for refusals of many kinds; only the message tells which. */
const VAGUE_CODES = ["AccessDenied", "Forbidden", "InvalidArgument", "InvalidRequest", "BadRequest", "Unauthorized"];

/**
 * The first that fits counts. R2, Google Cloud Storage and Garage have no code for a wrong key; MinIO, R2 and others have one of their own for
 * a wrong region, and Oracle's store takes a key of another region for a wrong one.
 *
 * Sources: "Error codes" in the Cloudflare R2 documentation; "HTTP status and error codes for XML" in that of Google Cloud Storage; the
 * source code of Garage, MinIO and versitygw; answers of Backblaze B2 and Oracle in reports of their users.
 */
const RULES: readonly Rule[] = [
  {
    meaning: "AuthorizationHeaderMalformed",
    codes: ["InvalidRegion", "InvalidRegionName", "InvalidLocationConstraint"],
  },
  {
    meaning: "AuthorizationHeaderMalformed",
    codes: ["SignatureDoesNotMatch", ...VAGUE_CODES],
    says: /\bregion\b.*\b(wrong|not valid|invalid|not match|mismatch|expect|must be)/i,
  },
  { meaning: "InvalidAccessKeyId", codes: ["InvalidAccessKey", "InvalidSecurity", "XAdminUserNotFound"] },
  {
    meaning: "InvalidAccessKeyId",
    codes: ["AuthorizationHeaderMalformed", ...VAGUE_CODES],
    says: /no such key:|\baccess[ -]?key\b|\bthe authorization component\b/i,
  },
  { meaning: "SignatureDoesNotMatch", codes: ["InvalidSignature"] },
  {
    meaning: "SignatureDoesNotMatch",
    codes: VAGUE_CODES,
    says: /\binvalid signature\b|\bsignature\b.*\b(invalid|match|mismatch|validation|verification)\b/i,
  },
  { meaning: "InvalidAccessKeyId", codes: ["Unauthorized"] },
];

/**
 * The code by which S3 says what a store has said in its own way.
 *
 * @param code the store's own.
 * @returns the same code, if nothing is known of it.
 */
export function meaningOf(code: string, serverMessage: string): string {
  // So S3 speaks of rights. It names the object, and the rules must not take its key for a reason.
  if (serverMessage.includes("not authorized to perform")) return code;
  const rule = RULES.find(
    ({ codes, says }) => codes.includes(code) && (says === undefined || says.test(serverMessage)),
  );
  return rule?.meaning ?? code;
}
