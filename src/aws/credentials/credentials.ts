/** What signs a request. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** When they end, in milliseconds since 1970 by this machine's clock; absent for those that do not. */
  readonly expiresAtMs?: number;
}

/** Gives the credentials to sign with now; called for every request, so it answers from memory while they are fresh. */
export interface CredentialSource {
  (): Credentials | Promise<Credentials>;
  /**
   * Says that a server took these for expired, so that the next call gives others. Absent where there are no others.
   * Of credentials that have been renewed meanwhile nothing more is forgotten.
   */
  forget?(credentials: Credentials): void;
}
