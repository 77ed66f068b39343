import { unlessAborted } from "../../scheduling/unless-aborted.ts";
import type { CredentialSource, Credentials } from "./credentials.ts";

/** Credentials are refreshed this long before they end, or at a quarter of their lifetime before the end if that is shorter. */
const REFRESH_AHEAD_MS = 300_000;
/** Requests wait for new credentials from this long before the end, or from a tenth of the lifetime if that is shorter. */
const WAIT_AHEAD_MS = 30_000;
/** After a failed refresh, the next one is tried after a quarter of the remaining time, within these limits. */
const MIN_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 30_000;

export interface CredentialRefreshOptions {
  /** Gets new credentials. It does its own retries. */
  readonly obtain: () => Promise<Credentials>;
  /** Called when a refresh failed while the credentials are still valid. */
  readonly onFailedRefresh?: (error: Error, remainingMs: number) => void;
  /** Once it is aborted, nobody waits for credentials any more, and a failed refresh was interrupted and is not reported. */
  readonly signal?: AbortSignal | undefined;
  /** This machine's clock, in milliseconds since 1970. */
  readonly now?: () => number;
}

/** A source whose credentials can be marked as expired. */
export type RefreshingSource = CredentialSource & Required<Pick<CredentialSource, "forget">>;

interface Held {
  readonly credentials: Credentials;
  readonly expiresAtMs: number;
  /** From this time on, requests wait for new credentials. */
  readonly waitAtMs: number;
  /** From this time on, new credentials are requested. */
  refreshAtMs: number;
}

/**
 * Keeps credentials fresh: gets them for the first request, and again before they end. Meanwhile requests use the old ones. Only one
 * refresh runs at a time, and a failed one does no harm while the old ones are valid. If no credentials are valid, the source throws what
 * `obtain` throws, or the signal's reason.
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
    pending ??= (signal ? unlessAborted(obtain, signal) : obtain())
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

  /** @throws the error if no valid credentials are left. */
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
    // Requests that come after the old ones have ended get the error.
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
  // New credentials that have already ended were dated by another clock. They count as valid until a server refuses them.
  const expiresAtMs = lifeMs > 0 ? nowMs + lifeMs : Number.POSITIVE_INFINITY;
  return {
    credentials,
    expiresAtMs,
    waitAtMs: expiresAtMs - Math.min(WAIT_AHEAD_MS, lifeMs / 10),
    refreshAtMs: expiresAtMs - Math.min(REFRESH_AHEAD_MS, lifeMs / 4),
  };
}
