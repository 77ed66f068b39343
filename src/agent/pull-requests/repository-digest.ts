import { hash } from "node:crypto";

/** This much of a digest is enough to distinguish repositories. */
const DIGEST_LENGTH = 16;

/**
 * A digest that identifies a repository of Azure Repos. It contains no name and no URL, because the bucket may be public.
 *
 * @param collection the URL of the organization or the collection.
 */
export function repositoryDigest(collection: string, repositoryId: string): string {
  return digestOf(`${collection}${collection.endsWith("/") ? "" : "/"}_git/${repositoryId}`);
}

/** The same for any other repository, from its URL. */
export function digestOf(address: string): string {
  return hash("sha256", address.toLowerCase(), "hex").slice(0, DIGEST_LENGTH);
}
