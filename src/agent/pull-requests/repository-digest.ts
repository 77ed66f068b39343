import { hash } from "node:crypto";

/** So much of a digest tells one repository from another. */
const DIGEST_LENGTH = 16;

/**
 * By what a repository of Azure Repos is recognized. The bucket may be public, so it holds no name and no address.
 *
 * @param collection the URL of the organization or the collection.
 */
export function repositoryDigest(collection: string, repositoryId: string): string {
  return digestOf(`${collection}${collection.endsWith("/") ? "" : "/"}_git/${repositoryId}`);
}

/** The same of any other repository, by its address. */
export function digestOf(address: string): string {
  return hash("sha256", address.toLowerCase(), "hex").slice(0, DIGEST_LENGTH);
}
