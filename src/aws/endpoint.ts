import { defaultEndpointResolver } from "@aws-sdk/client-s3/dist-es/endpoint/endpointResolver.js";
import { CodedError } from "../errors/coded-error.ts";
import { type ServerAddress, serverAddress } from "../http/server-address.ts";

export type AddressingStyle = "auto" | "path" | "virtual";

/** Amazon S3 itself, where `endpoint` is absent, or the S3-compatible store at `endpoint`. */
export interface Store {
  readonly endpoint?: URL;
  readonly region: string;
  readonly addressingStyle: AddressingStyle;
  /** Other ways into Amazon S3; absent for the usual one. */
  readonly features?: EndpointFeatures;
}

/** Special endpoints of Amazon S3, with the SDK's names for them. */
export interface EndpointFeatures {
  /** S3 Transfer Acceleration, through the nearest edge location. It must be enabled for the bucket. */
  readonly accelerate: boolean;
  /** IPv6 and IPv4. */
  readonly dualstack: boolean;
  /** Endpoints whose cryptography is validated by FIPS 140. */
  readonly fips: boolean;
}

/** Where the requests for one bucket go, and the region and service that they are signed for. */
export interface BucketEndpoint extends ServerAddress {
  /** Percent-encoded path before `/key`: empty for virtual hosts, `/bucket` for path style. */
  readonly basePath: string;
  readonly signingRegion: string;
  readonly signingService: string;
}

/** The bucket cannot be addressed: its name, region or features fit no endpoint. The message says why. */
export class EndpointError extends CodedError {
  override readonly name: string = "EndpointError";
}

/**
 * Resolves the endpoint of a bucket with the SDK's own rules, so that partitions, dotted names and access points work as in other AWS
 * tools. `auto` is virtual-host style on Amazon S3 and path style on other stores, because few of those have wildcard DNS and certificates.
 *
 * @throws {EndpointError} if the rules have no endpoint for this bucket, region and features.
 */
export function resolveBucketEndpoint(store: Store, bucket: string): BucketEndpoint {
  const style = store.addressingStyle === "auto" ? (store.endpoint ? "path" : "virtual") : store.addressingStyle;
  const { accelerate = false, dualstack = false, fips = false } = store.features ?? {};
  let resolved: ReturnType<typeof defaultEndpointResolver>;
  try {
    resolved = defaultEndpointResolver({
      Region: store.region,
      Bucket: bucket,
      ForcePathStyle: style === "path",
      Accelerate: accelerate,
      UseDualStack: dualstack,
      UseFIPS: fips,
      ...(store.endpoint ? { Endpoint: store.endpoint.href } : {}),
    });
  } catch (error) {
    throw new EndpointError("endpoint-not-available", explainRule((error as Error).message, store, bucket));
  }
  const { url } = resolved;
  const schemes = resolved.properties?.authSchemes;
  const scheme = schemes?.find(({ name }) => name === "sigv4");
  if ((schemes && !scheme?.signingName?.startsWith("s3")) || scheme?.signingName === "s3express") {
    throw new EndpointError(
      "endpoint-not-available",
      "its requests need a kind of signature that this task does not support.",
    );
  }
  return {
    ...serverAddress(url),
    basePath: url.pathname.replace(/\/+$/, ""),
    signingRegion: scheme?.signingRegion ?? store.region,
    signingService: scheme?.signingName ?? "s3",
  };
}

/** Messages of the rules about settings, in words for people who do not know the rules. */
function explainRule(message: string, { region, endpoint }: Store, bucket: string): string {
  const elsewhere = `only Amazon S3 has this feature, and the server is ${endpoint?.host}`;
  const explanations: Readonly<Record<string, string>> = {
    "A custom endpoint cannot be combined with FIPS": `fips: ${elsewhere}.`,
    "A custom endpoint cannot be combined with S3 Accelerate": `accelerate: ${elsewhere}.`,
    "Cannot set dual-stack in combination with a custom endpoint.": `dualstack: ${elsewhere}.`,
    "Accelerate cannot be used with FIPS": "accelerate cannot be used with fips, which has no such endpoint.",
    "S3 Accelerate cannot be used in this region": `accelerate: the partition of ${region} has no such endpoint.`,
    "Partition does not support FIPS": `fips: the partition of ${region} has no such endpoint.`,
    "Path-style addressing cannot be used with S3 Accelerate": bucket.includes(".")
      ? "accelerate: a bucket with a dot in its name has no such endpoint."
      : "accelerate cannot be used with path-style addressing.",
    "Path-style addressing cannot be used with ARN buckets":
      "an access point cannot be used with path-style addressing.",
  };
  return explanations[message] ?? message;
}
