/** The credentials that sign a request. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** When they end, in milliseconds since 1970 by this machine's clock; absent if they do not end. */
  readonly expiresAtMs?: number;
}

/** Gives the credentials to sign with. It is called for every request, so it answers from memory while they are fresh. */
export interface CredentialSource {
  (): Credentials | Promise<Credentials>;
  /**
   * Reports that a server refused these as expired, so that the next call gives others. Absent if there can be no others. If they have
   * been renewed in the meantime, the new ones are kept.
   */
  forget?(credentials: Credentials): void;
}
