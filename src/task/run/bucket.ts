import { log } from "../../agent/log.ts";
import { readNetwork } from "../../agent/network.ts";
import { userAgent } from "../../aws/user-agent.ts";
import type { NetworkSettings } from "../../http/network-settings.ts";
import { createTransport, type Transport } from "../../http/transport.ts";
import { type Bucket, openBucket } from "../../s3/bucket.ts";
import { MAX_REQUESTS } from "../../s3/concurrency/weighted-semaphore.ts";
import type { BucketAccess } from "../../sync/options.ts";

/** A connection on which nothing moves for so long is dead; a store may take a minute to join the parts of a large object. */
const IDLE_TIMEOUT_MS = 120_000;

/**
 * Does a step's work with its bucket, over connections that are closed when it ends.
 *
 * @param concurrency how many requests may be under way at once; undefined for the automatic number.
 * @throws {EndpointError} where the bucket cannot be addressed; what `work` throws.
 */
export async function withTaskBucket<T>(
  access: BucketAccess,
  taskName: string,
  concurrency: number | undefined,
  work: (bucket: Bucket) => Promise<T>,
): Promise<T> {
  const network = readNetwork();
  const transport = createTransport({
    maxConnections: concurrency ?? MAX_REQUESTS,
    idleTimeoutMs: IDLE_TIMEOUT_MS,
    network,
  });
  try {
    const bucket = openTaskBucket(access, taskName, transport);
    tellProxy(network, bucket);
    return await work(bucket);
  } finally {
    transport.close();
  }
}

function openTaskBucket(access: BucketAccess, taskName: string, transport: Transport): Bucket {
  const { bucketName, store, credentials, expectedBucketOwner, requesterPays } = access;
  const headers = {
    ...(expectedBucketOwner ? { "x-amz-expected-bucket-owner": expectedBucketOwner } : {}),
    ...(requesterPays ? { "x-amz-request-payer": "requester" } : {}),
  };
  return openBucket({
    name: bucketName,
    store,
    credentials,
    transport,
    userAgent: userAgent(taskName),
    headers,
    onRegionFound: (region) =>
      log.warning(
        "region-wrong",
        `The bucket is in ${region}, not ${store.region}; set regionName to ${region}, or leave it empty and have the service connection name that region.`,
      ),
  });
}

/** Who reads the log of a step that hangs or is refused wants to know of a proxy first. */
function tellProxy({ proxyFor, proxySource }: NetworkSettings, { origin }: Bucket): void {
  const proxy = proxyFor(origin);
  const setting = proxySource === "environment" ? "of the environment" : "of the agent";
  if (proxy) log.info(`Connections go through the proxy ${setting}, ${proxy.host}`);
}
