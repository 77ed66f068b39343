import { randomBytes } from "node:crypto";
import type { CredentialLookup, S3Credential } from "../../../local/s3/server.ts";

/** Who a key belongs to: a user, or the session of a role. */
export interface Principal {
  /** `arn:aws:iam::…:user/…`, or `arn:aws:sts::…:assumed-role/…/…`. */
  readonly arn: string;
  /** The role behind a session. */
  readonly roleArn?: string;
  /** Tags of the session. */
  readonly tags: ReadonlyMap<string, string>;
  /** Keys of those tags that go along to sessions made from this one. */
  readonly transitiveKeys: ReadonlySet<string>;
}

/** A key and whose it is. */
export interface KnownKey {
  readonly credential: S3Credential;
  readonly principal: Principal;
}

/** The keys of users and of sessions. Handed to an S3 server as its credentials, it makes both servers know the same ones. */
export class SessionTable {
  readonly #keys = new Map<string, KnownKey>();

  /** Makes a key of a user known. */
  addUser(arn: string, credential: S3Credential): void {
    const principal = { arn, tags: new Map<string, string>(), transitiveKeys: new Set<string>() };
    this.#keys.set(credential.accessKeyId, { credential, principal });
  }

  /** Opens a session, which stays known after it has ended, so that it is refused as what it is. */
  open(principal: Principal, expiresAt: Date): S3Credential & { readonly sessionToken: string } {
    const credential = {
      accessKeyId: `ASIA${randomBytes(8).toString("hex").toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString("base64"),
      sessionToken: randomBytes(120).toString("base64"),
      expiresAt,
    };
    this.#keys.set(credential.accessKeyId, { credential, principal });
    return credential;
  }

  /** Forgets a key: nobody knows it any more. */
  revoke(accessKeyId: string): void {
    this.#keys.delete(accessKeyId);
  }

  find(accessKeyId: string): KnownKey | undefined {
    return this.#keys.get(accessKeyId);
  }

  /** For an S3 server. */
  readonly lookup: CredentialLookup = (accessKeyId) => this.#keys.get(accessKeyId)?.credential;
}
