import type { CredentialSource, Credentials } from "../credentials/credentials.ts";
import { IdentityError, ServiceError } from "./errors.ts";

/** Codes that services use for credentials whose session has ended. */
const EXPIRED_CODES = new Set(["ExpiredToken", "TokenRefreshRequired"]);

/** Whether a request, or the assuming of a role, was refused because the session of its credentials has ended. */
export function isExpiredSession(error: unknown): boolean {
  const refusal = error instanceof IdentityError ? error.cause : error;
  return refusal instanceof ServiceError && EXPIRED_CODES.has(refusal.awsCode);
}

/**
 * Calls `use` with the credentials of a source. If a server refuses them as expired, for example because this machine's clock is wrong,
 * it calls `use` once more with new ones.
 *
 * @throws what the source and `use` throw.
 */
export async function withCredentials<T>(source: CredentialSource, use: (own: Credentials) => Promise<T>): Promise<T> {
  const credentials = await source();
  try {
    return await use(credentials);
  } catch (error) {
    if (!source.forget || !isExpiredSession(error)) throw error;
    source.forget(credentials);
    return await use(await source());
  }
}
