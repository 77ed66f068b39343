import { defaultEndpointResolver } from "@aws-sdk/client-s3/dist-es/endpoint/endpointResolver.js";

export type AddressingStyle = "auto" | "path" | "virtual";

/** Amazon S3 itself, where `endpoint` is absent, or the S3-compatible store at `endpoint`. */
export interface Store {
  readonly endpoint?: URL;
  readonly region: string;
  readonly addressingStyle: AddressingStyle;
}

/** Where the requests for one bucket go, and what they are signed for. */
export interface BucketEndpoint {
  readonly protocol: "http:" | "https:";
  readonly hostname: string;
  /** `undefined` is the protocol's own port. */
  readonly port: number | undefined;
  /** The Host header: the host name, and the port where it is not the protocol's own. */
  readonly host: string;
  /** Percent-encoded path that stands before `/key`: empty for virtual hosts, `/bucket` for path style. */
  readonly basePath: string;
  readonly signingRegion: string;
  readonly signingService: string;
}

/** The bucket cannot be addressed: its name or region fits no endpoint. The message says why. */
export class EndpointError extends Error {}

/**
 * Resolves the endpoint of a bucket with the SDK's own rules, so that partitions, dotted names and
 * access points are addressed as every AWS tool addresses them.
 *
 * `auto` is virtual-host style on Amazon S3 and path style on any other store, since few of those have
 * wildcard DNS and certificates.
 *
 * @throws {EndpointError} where the rules have no endpoint for this bucket and region.
 */
export function resolveBucketEndpoint(store: Store, bucket: string): BucketEndpoint {
  const style = store.addressingStyle === "auto" ? (store.endpoint ? "path" : "virtual") : store.addressingStyle;
  let resolved: ReturnType<typeof defaultEndpointResolver>;
  try {
    resolved = defaultEndpointResolver({
      Region: store.region,
      Bucket: bucket,
      ForcePathStyle: style === "path",
      ...(store.endpoint ? { Endpoint: store.endpoint.href } : {}),
    });
  } catch (error) {
    throw new EndpointError((error as Error).message);
  }
  const { url } = resolved;
  const schemes = resolved.properties?.authSchemes;
  const scheme = schemes?.find(({ name }) => name === "sigv4");
  if ((schemes && !scheme?.signingName?.startsWith("s3")) || scheme?.signingName === "s3express") {
    throw new EndpointError("requests to it are signed in a way that this task does not support.");
  }
  return {
    protocol: url.protocol === "http:" ? "http:" : "https:",
    hostname: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port ? Number(url.port) : undefined,
    host: url.host,
    basePath: url.pathname.replace(/\/+$/, ""),
    signingRegion: scheme?.signingRegion ?? store.region,
    signingService: scheme?.signingName ?? "s3",
  };
}
