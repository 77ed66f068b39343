import type { CredentialSource, Credentials } from "./credentials.ts";

/** Credentials are refreshed so long before they end, or a quarter of their life where that is less. */
const REFRESH_AHEAD_MS = 300_000;
/** So long before the end requests wait for the new ones, or a tenth of their life where that is less. */
const WAIT_AHEAD_MS = 30_000;
/** After a refresh that failed, the next one is tried after a quarter of what is left, within these bounds. */
const MIN_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 30_000;

export interface CredentialRefreshOptions {
  /** Gets new credentials, with retries of its own. */
  readonly obtain: () => Promise<Credentials>;
  /** Told when a refresh failed while the credentials still hold. */
  readonly onFailedRefresh?: (error: Error, remainingMs: number) => void;
  /** Once it is aborted, a refresh that fails was interrupted, and nobody is told. */
  readonly signal?: AbortSignal | undefined;
  /** This machine's clock, in milliseconds since 1970. */
  readonly now?: () => number;
}

/** A source whose credentials can be taken back. */
export type RefreshingSource = CredentialSource & Required<Pick<CredentialSource, "forget">>;

interface Held {
  readonly credentials: Credentials;
  readonly expiresAtMs: number;
  /** From here on requests wait for new ones. */
  readonly waitAtMs: number;
  /** From here on new ones are asked for. */
  refreshAtMs: number;
}

/**
 * Keeps credentials fresh: asks for them with the first request, and again before they end. Requests go on with the old ones
 * meanwhile, however many of them there are there is one refresh at a time, and one that fails is no harm while the old ones hold.
 *
 * The source throws what `obtain` throws, where there are no credentials that hold.
 */
export function refreshCredentials({
  obtain,
  onFailedRefresh,
  signal,
  now = Date.now,
}: CredentialRefreshOptions): RefreshingSource {
  let held: Held | undefined;
  let pending: Promise<Credentials> | undefined;

  function refresh(): Promise<Credentials> {
    pending ??= obtain()
      .then(
        (credentials) => {
          held = hold(credentials, now());
          return credentials;
        },
        (error: Error) => fallBack(error),
      )
      .finally(() => {
        pending = undefined;
      });
    return pending;
  }

  /** @throws the error, where no credentials are left. */
  function fallBack(error: Error): Credentials {
    const remainingMs = held ? held.expiresAtMs - now() : 0;
    if (!held || remainingMs <= 0) throw error;
    held.refreshAtMs = now() + Math.max(MIN_PAUSE_MS, Math.min(MAX_PAUSE_MS, remainingMs / 4));
    if (!signal?.aborted) onFailedRefresh?.(error, remainingMs);
    return held.credentials;
  }

  function source(): Credentials | Promise<Credentials> {
    const nowMs = now();
    if (!held || nowMs >= held.expiresAtMs) return refresh();
    if (nowMs < held.refreshAtMs) return held.credentials;
    const refreshing = refresh();
    if (nowMs >= held.waitAtMs) return refreshing;
    // Whoever comes once the old ones have ended hears of it.
    refreshing.catch(() => undefined);
    return held.credentials;
  }

  return Object.assign(source, {
    forget(credentials: Credentials) {
      if (held?.credentials === credentials) held = undefined;
    },
  });
}

function hold(credentials: Credentials, nowMs: number): Held {
  const lifeMs = (credentials.expiresAtMs ?? Number.POSITIVE_INFINITY) - nowMs;
  // What is new and has ended already was dated by another clock: it holds until somebody refuses it.
  const expiresAtMs = lifeMs > 0 ? nowMs + lifeMs : Number.POSITIVE_INFINITY;
  return {
    credentials,
    expiresAtMs,
    waitAtMs: expiresAtMs - Math.min(WAIT_AHEAD_MS, lifeMs / 10),
    refreshAtMs: expiresAtMs - Math.min(REFRESH_AHEAD_MS, lifeMs / 4),
  };
}
