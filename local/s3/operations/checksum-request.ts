import { type ChecksumAlgorithm, checksumAlgorithmNames, findChecksumAlgorithm } from "../body/checksum-algorithms.ts";
import { S3Error } from "../http/errors.ts";
import type { S3Request } from "../http/request.ts";

/**
 * The algorithm of the checksum that S3 is asked to compute.
 * @throws S3Error InvalidRequest when there is none of that name
 */
export function readChecksumAlgorithm({ headers }: S3Request): ChecksumAlgorithm | undefined {
  const name = headers.get("x-amz-checksum-algorithm");
  if (name === undefined) return undefined;
  const algorithm = findChecksumAlgorithm(name);
  if (algorithm !== undefined) return algorithm;
  throw new S3Error(
    "InvalidRequest",
    `Checksum algorithm provided is unsupported. Please try again with any of the valid types: [${checksumAlgorithmNames.join(", ")}]`,
  );
}
