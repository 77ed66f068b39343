import { type ServerAddress, serverAddress } from "../../http/server-address.ts";
import { resolveBucketEndpoint } from "../endpoint.ts";

/** Where requests to STS go. */
export interface StsEndpoint extends ServerAddress {
  /** Percent-encoded. */
  readonly path: string;
}

/**
 * The endpoint of STS in a region, in whatever partition that is, or the one that is given.
 *
 * Regional endpoints of STS are those of S3 with another first label, so the rules for S3, which every task carries, serve for both;
 * a test holds this against the SDK's rules for STS.
 *
 * Source: "AWS STS Regions and endpoints" in the IAM User Guide.
 * @throws {EndpointError} where the region is none.
 */
export function resolveStsEndpoint(region: string, endpoint?: URL): StsEndpoint {
  if (endpoint) return { ...serverAddress(endpoint), path: endpoint.pathname };
  const { hostname } = resolveBucketEndpoint({ region, addressingStyle: "path" }, "any-bucket");
  const host = hostname.replace(/^s3\./, "sts.");
  return { protocol: "https:", hostname: host, port: undefined, host, path: "/" };
}
