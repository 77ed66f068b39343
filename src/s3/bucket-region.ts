import { type BucketEndpoint, EndpointError, resolveBucketEndpoint, type Store } from "../aws/endpoint.ts";
import { ServiceError } from "../aws/errors/errors.ts";
import { createSigner, type Sign } from "../aws/signer.ts";

/** Where the requests for a bucket go, and what signs them. */
export interface Place {
  readonly endpoint: BucketEndpoint;
  readonly sign: Sign;
}

/** A bucket is asked for in the region that was given, until a server says that it is in another one. */
export interface BucketPlace {
  readonly current: Place;
  /**
   * Whether a request that failed at `asked` has another place to go to: since the server named the bucket's region just now, or has done
   * so to another request meanwhile. It names one once; what it says after that is an error like others.
   */
  hasMoved(asked: Place, error: unknown): boolean;
}

/** Redirects, and the signature that is for another region; the answers to HEAD have no more than a status and headers. */
const REGION_STATUSES = new Set([301, 307, 400]);

/**
 * Finds the place of a bucket.
 *
 * @param onRegionFound told the right region, once.
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
