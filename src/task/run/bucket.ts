import { log } from "../../agent/log.ts";
import { readNetwork } from "../../agent/network.ts";
import { userAgent } from "../../aws/user-agent.ts";
import type { NetworkSettings } from "../../http/network-settings.ts";
import { routeTo } from "../../http/route.ts";
import { serverAddress } from "../../http/server-address.ts";
import { type Carrier, createTransport, type Transport, type TransportOptions } from "../../http/transport.ts";
import { type Bucket, openBucket } from "../../s3/bucket.ts";
import { MAX_REQUESTS } from "../../s3/concurrency/weighted-semaphore.ts";
import type { GivenUp } from "../../s3/store/given-up.ts";
import { availableCores } from "../../scheduling/available-cores.ts";
import type { BucketAccess } from "../../sync/options.ts";
import { maxTransferThreads } from "../../threads/thread-limit.ts";
import { TransferThreads } from "../../threads/transfer-threads.ts";

/** A connection without any data for this time is dead. A store may take a minute to join the parts of a large object. */
const IDLE_TIMEOUT_MS = 120_000;

/** With `never`, the main thread transfers everything. With `always`, for tests, threads transfer all parts and ranges. */
const THREADS_VARIABLE = "S3_TASKS_THREADS";

/**
 * Does a step's work with its bucket, over connections that are closed when it ends.
 *
 * @param concurrency how many requests may be under way at once; undefined for the automatic number.
 * @throws {EndpointError} if the bucket cannot be addressed; what `work` throws.
 */
export async function withTaskBucket<T>(
  access: BucketAccess,
  taskName: string,
  concurrency: number | undefined,
  work: (bucket: Bucket) => Promise<T>,
): Promise<T> {
  const network = readNetwork();
  const options = { maxConnections: concurrency ?? MAX_REQUESTS, idleTimeoutMs: IDLE_TIMEOUT_MS, network };
  const transport = createTransport(options);
  const threads = openThreads(options, transport, isForwarded(access, network));
  try {
    const bucket = openTaskBucket(access, taskName, transport, threads);
    tellProxy(network, bucket);
    return await work(bucket);
  } finally {
    await threads?.close();
    transport.close();
  }
}

/** @returns undefined if threads would not make the transfer faster on this machine. */
function openThreads(
  options: TransportOptions,
  ownCarrier: Carrier,
  isThroughForwarder: boolean,
): TransferThreads | undefined {
  const wanted = process.env[THREADS_VARIABLE];
  if (wanted === "never" || options.maxConnections === 1) return undefined;
  const shared = { transport: options, ownCarrier, onLost: tellLostThread };
  if (wanted === "always") return new TransferThreads({ ...shared, maxThreads: 2, minBytes: 0 });
  if (isThroughForwarder) return undefined;
  const maxThreads = maxTransferThreads({ cores: availableCores(), memoryBytes: process.constrainedMemory() });
  return maxThreads === 0 ? undefined : new TransferThreads({ ...shared, maxThreads });
}

/** Whether a proxy forwards each request and answer, because they are not encrypted. It takes more time for a body than one thread does. */
function isForwarded({ store }: BucketAccess, network: NetworkSettings): boolean {
  return store.endpoint !== undefined && routeTo(serverAddress(store.endpoint), network).kind === "forward";
}

function tellLostThread({ message }: Error): void {
  log.debug(`A thread for large files ended: ${message}. The task continues without it.`);
}

function openTaskBucket(
  access: BucketAccess,
  taskName: string,
  transport: Transport,
  threads: TransferThreads | undefined,
): Bucket {
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
    threads,
    userAgent: userAgent(taskName),
    headers,
    onGivenUp: (what) => log.infoOnce(GIVEN_UP[what]),
    onRegionFound: (region) =>
      log.warning(
        "region-wrong",
        `The bucket is in ${region}, not ${store.region}. Set regionName to ${region}, or leave it empty and set this region in the service connection.`,
      ),
  });
}

/** Messages, each shown once, about features that a store other than Amazon S3 does not have. */
const GIVEN_UP: Readonly<Record<GivenUp, string>> = {
  wholeObject:
    "This store does not accept checksums of whole objects that are sent in parts. Their parts still have checksums. To avoid this attempt, set checksumAlgorithm to SHA256.",
  checksums:
    "This store does not accept checksums. Objects are sent without them, and the store verifies their MD5. To avoid this attempt, set checksumAlgorithm to none.",
  acls: "The ACLs of objects in this store cannot be read. Headers are changed without keeping an ACL. To give the objects an ACL, set filesAcl.",
  comparison:
    "Some objects have no checksum that files can be compared with. They are compared by size and time. To avoid this, upload them again with overwrite: always.",
  listingOrder:
    "This store does not list objects in the order of their keys. The task lists all of them first, and sorts them.",
  publicAccessBlock: "This store does not have Block Public Access, so the task does not change it.",
  checksumMode: "This store does not return the checksums of objects. Size, time and MD5 are compared instead.",
};

/** If a step hangs or is refused, a proxy is the first thing to check, so it is logged. */
function tellProxy({ proxyFor, proxySource }: NetworkSettings, { origin }: Bucket): void {
  const proxy = proxyFor(origin);
  const setting = proxySource === "environment" ? "of the environment" : "of the agent";
  if (proxy) log.infoOnce(`Using the proxy ${setting}, ${proxy.host}`);
}
