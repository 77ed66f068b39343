import { ServiceError } from "../../aws/errors/errors.ts";
import { inParallel } from "../../s3/concurrency/in-parallel.ts";
import type { RemoteObject } from "../../s3/listing/list-objects.ts";
import { headOrRefusal } from "../../sync/plan/compare.ts";
import { listPrefix } from "../../sync/plan/remote-listing.ts";
import type { SiteOptions } from "../options.ts";
import type { ListedObject } from "./site-plan.ts";
import type { SiteTools } from "./site-tools.ts";

const ADVICE = "A publish needs the list of existing objects.";
const PARALLEL_HEADS = 64;

/**
 * Reads the objects under the site's prefix, by name. If a store does not list size and ETag, each object needs a HEAD.
 *
 * @throws {StepError} if the bucket cannot be listed, or a HEAD is not answered; the signal's reason.
 */
export async function readListing(
  { prefix, encryption }: { readonly prefix: string; readonly encryption: SiteOptions["encryption"] | undefined },
  { bucket, signal, considered }: Pick<SiteTools, "bucket" | "signal" | "considered">,
): Promise<Map<string, ListedObject>> {
  const listed = new Map<string, ListedObject>();
  const incomplete: RemoteObject[] = [];
  for await (const object of listPrefix(bucket, prefix, "any", ADVICE, signal)) {
    considered?.();
    const { key, sizeBytes = 0, etag } = object;
    listed.set(key.slice(prefix.length), { sizeBytes, etag });
    if (etag === "" || object.sizeBytes === undefined) incomplete.push(object);
  }
  await inParallel(incomplete, PARALLEL_HEADS, signal, async ({ key }) => {
    const head = await headOrRefusal({ bucket, encryption, signal }, key);
    if (head instanceof ServiceError) return;
    const { sizeBytes, etag } = head;
    listed.set(key.slice(prefix.length), { sizeBytes, etag });
  });
  return listed;
}
