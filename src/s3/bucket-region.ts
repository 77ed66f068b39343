import { type BucketEndpoint, EndpointError, resolveBucketEndpoint, type Store } from "../aws/endpoint.ts";
import { ServiceError } from "../aws/errors/errors.ts";
import { createSigner, type Sign } from "../aws/signer.ts";

/** The server for a bucket's requests, and their signer. */
export interface Place {
  readonly endpoint: BucketEndpoint;
  readonly sign: Sign;
}

/** Requests go to the region from the inputs until a server names another one. */
export interface BucketPlace {
  readonly current: Place;
  /**
   * Whether a request that failed at `asked` can be sent to another place: the server has just named the bucket's region, or did so for
   * another request in the meantime. This happens once; later answers of this kind are errors.
   */
  hasMoved(asked: Place, error: unknown): boolean;
}

/** Redirects, and a signature for another region. Answers to HEAD have only a status and headers. */
const REGION_STATUSES = new Set([301, 307, 400]);

/**
 * Finds the place of a bucket.
 *
 * @param onRegionFound called once, with the right region.
 * @throws {EndpointError} if the bucket cannot be addressed in this store.
 */
export function placeBucket(store: Store, name: string, onRegionFound: (region: string) => void): BucketPlace {
  const first = locate(store, name);
  let current = first;
  return {
    get current() {
      return current;
    },
    hasMoved(asked, error) {
      const region = namedRegion(error);
      if (region === undefined || asked !== first) return false;
      if (current === first && region !== first.endpoint.signingRegion) {
        const moved = relocate({ ...store, region }, name);
        if (moved) {
          current = moved;
          onRegionFound(region);
        }
      }
      return current !== first;
    },
  };
}

function locate(store: Store, name: string): Place {
  const endpoint = resolveBucketEndpoint(store, name);
  return { endpoint, sign: createSigner(endpoint.signingRegion, endpoint.signingService) };
}

/** @returns undefined if the region that a server names has no endpoint for this bucket. */
function relocate(store: Store, name: string): Place | undefined {
  try {
    return locate(store, name);
  } catch (error) {
    if (error instanceof EndpointError) return undefined;
    throw error;
  }
}

function namedRegion(error: unknown): string | undefined {
  if (!(error instanceof ServiceError) || !REGION_STATUSES.has(error.details.status)) return undefined;
  const { region } = error.details;
  // It becomes part of a host name, and comes from outside.
  return region !== undefined && /^[a-z0-9-]{1,40}$/i.test(region) ? region : undefined;
}
