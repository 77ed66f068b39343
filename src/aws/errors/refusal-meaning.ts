/** How a store may express what S3 expresses with an error code. A rule without `says` is about the store's code alone. */
interface Rule {
  /** S3's code. */
  readonly meaning: string;
  readonly codes: readonly string[];
  readonly says?: RegExp;
}

/** Codes that stores use for many kinds of refusals; only the message shows which. */
const VAGUE_CODES = ["AccessDenied", "Forbidden", "InvalidArgument", "InvalidRequest", "BadRequest", "Unauthorized"];

/**
 * The first that fits counts. R2, Google Cloud Storage and Garage have no code for a wrong key. MinIO, R2 and others have their own code
 * for a wrong region. Oracle's store reports a key of another region as a wrong key.
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
 * Translates a store's error code to S3's.
 *
 * @param code the store's own.
 * @returns the same code if it is not known.
 */
export function meaningOf(code: string, serverMessage: string): string {
  // S3 phrases denials like this. The message contains the object's key, which the rules must not take for a reason.
  if (serverMessage.includes("not authorized to perform")) return code;
  const rule = RULES.find(
    ({ codes, says }) => codes.includes(code) && (says === undefined || says.test(serverMessage)),
  );
  return rule?.meaning ?? code;
}
