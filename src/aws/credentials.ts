/** What signs a request. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Gives the credentials to sign with now; called for every request, so it answers from memory while they are fresh. */
export type CredentialSource = () => Credentials | Promise<Credentials>;
