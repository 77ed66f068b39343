/** A key that may sign requests. With a session token, requests must carry that token too. */
export interface S3Credential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** From then on the key is refused: the end of its session. */
  readonly expiresAt?: Date;
}

/** Finds the credential of an access key id. */
export type CredentialLookup = (accessKeyId: string) => S3Credential | undefined;

/** The server's default key: well formed, and clearly not a real one. */
export const defaultCredential: S3Credential = {
  accessKeyId: "AKIDEXAMPLELOCALHOST",
  secretAccessKey: "example/local+secret/not/a/real+key/0000",
};

export function lookupIn(credentials: readonly S3Credential[]): CredentialLookup {
  const byId = new Map(credentials.map((credential) => [credential.accessKeyId, credential]));
  return (accessKeyId) => byId.get(accessKeyId);
}
