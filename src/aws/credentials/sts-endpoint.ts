import { type ServerAddress, serverAddress } from "../../http/server-address.ts";
import { resolveBucketEndpoint } from "../endpoint.ts";

/** Where requests to STS go. */
export interface StsEndpoint extends ServerAddress {
  /** Percent-encoded. */
  readonly path: string;
}

/**
 * The endpoint of STS in a region of any partition, or the given one. Regional endpoints of STS are those of S3 with another first
 * label, so the S3 rules, which every task contains, are used for both; a test compares them with the SDK's rules for STS.
 *
 * Source: "AWS STS Regions and endpoints" in the IAM User Guide.
 *
 * @throws {EndpointError} if the region is not valid.
 */
export function resolveStsEndpoint(region: string, endpoint?: URL): StsEndpoint {
  if (endpoint) return { ...serverAddress(endpoint), path: endpoint.pathname };
  const { hostname } = resolveBucketEndpoint({ region, addressingStyle: "path" }, "any-bucket");
  const host = hostname.replace(/^s3\./, "sts.");
  return { protocol: "https:", hostname: host, port: undefined, host, path: "/" };
}
