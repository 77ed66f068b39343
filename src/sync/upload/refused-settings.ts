import { ServiceError, UnsupportedInputError } from "../../aws/errors/errors.ts";
import type { ObjectWrite } from "../../s3/put-object.ts";

/** The inputs whose headers only some stores support. */
const INPUT_BY_HEADER: readonly (readonly [header: RegExp, input: string])[] = [
  [/^x-amz-tagging$/, "tags"],
  [/^x-amz-acl$/, "filesAcl"],
  [/^x-amz-storage-class$/, "storageClass"],
  [/^x-amz-server-side-encryption/, "keyManagement"],
  [/^x-amz-checksum-algorithm$/, "checksumAlgorithm"],
];

/**
 * Turns a store's refusal of an object setting into an error that names the input.
 *
 * @param write how the object was sent.
 * @returns the same error if it has another cause.
 */
export function asRefusedSetting(error: unknown, write: ObjectWrite): unknown {
  if (!(error instanceof ServiceError) || !isUnknownHeader(error)) return error;
  const names = [...Object.keys(write.headers), ...(write.isChecksumRequired ? ["x-amz-checksum-algorithm"] : [])];
  // Only some stores name the header.
  const named = names.filter((name) => error.details.serverMessage.toLowerCase().includes(name));
  if (named.length === 0 && /\bx-amz-[a-z]/i.test(error.details.serverMessage)) return error;
  const inputs = inputsOf(named.length > 0 ? named : names);
  if (inputs.length === 0) return error;
  return new UnsupportedInputError(
    "object-setting-not-supported",
    `${inputs.join(", ")}: the store refused an object with this setting: ${error.message}. Remove the settings that this store does not support.`,
    { cause: error },
  );
}

function isUnknownHeader({ details }: ServiceError): boolean {
  return details.status === 501 || (details.status === 400 && /unsupported header/i.test(details.serverMessage));
}

function inputsOf(headers: readonly string[]): string[] {
  return INPUT_BY_HEADER.filter(([header]) => headers.some((name) => header.test(name))).map(([, input]) => input);
}
