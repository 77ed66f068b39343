import type { ServerContext } from "./answer.ts";
import { apiFrontend } from "./api.ts";
import { type CredentialLookup, defaultCredential, lookupIn, type S3Credential } from "./auth/credentials.ts";
import { type Fault, type FaultRule, FaultTable } from "./faults.ts";
import { type Listener, numberConnections, openListener } from "./listener.ts";
import { currentSecond } from "./operations/operation.ts";
import type { Persona } from "./persona.ts";
import { RequestLog, type SeenRequest } from "./request-log.ts";
import { BodyFolder } from "./store/bodies.ts";
import { BucketTable, noneBlocked, type PublicAccessBlock } from "./store/buckets.ts";
import { websiteFrontend } from "./website/frontend.ts";

export { type CredentialLookup, defaultCredential, type S3Credential } from "./auth/credentials.ts";
export type { Fault, FaultAction, FaultMatch, FaultRule } from "./faults.ts";
export type { Listener } from "./listener.ts";
export { ownerAccountId } from "./operations/operation.ts";
export type { SeenRequest } from "./request-log.ts";
export { websiteOperation } from "./website/frontend.ts";

export interface S3ServerOptions {
  /** Default: one that is free. */
  readonly port?: number;
  /** Default: 127.0.0.1. */
  readonly hostname?: string;
  /** The region that requests must be signed for. Default: us-east-1. */
  readonly region?: string;
  /** Where the server makes its folder of bodies, which it removes on close. Default: the system's temporary folder. */
  readonly folder?: string;
  /** The keys that may sign, or what finds one by its access key id. Default: `defaultCredential` alone. */
  readonly credentials?: readonly S3Credential[] | CredentialLookup;
  /** Requests to `<bucket>.<baseHost>` are in virtual-host style. Default: localhost. */
  readonly baseHost?: string;
  /** PEM texts; with them the server speaks https alone. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** The server's clock. */
  readonly now?: () => Date;
  /** The public access that the account blocks in all its buckets, whatever they say themselves. Default: none. */
  readonly accountBlock?: Partial<PublicAccessBlock>;
  /** How many public policies are refused after a bucket's block has been changed, for changes spread. Default: 0. */
  readonly refusalsAfterBlockChange?: number;
  /** Whom unfinished uploads are said to be begun by: the ARN of an access key's owner. Default: the account. */
  readonly arnOf?: (accessKeyId: string) => string | undefined;
  /** The store that the server behaves like. Default: Amazon S3. */
  readonly persona?: Persona;
}

export interface S3Server {
  /** Such as `http://127.0.0.1:9000`. */
  readonly url: string;
  /** What the server and its websites have seen, in order of arrival. */
  readonly requests: readonly SeenRequest[];
  clearRequests(): void;
  /** Lets something go wrong from now on. */
  addFault(rule: FaultRule): Fault;
  /** Makes a bucket without a request. @throws when the name is not valid */
  createBucket(name: string): void;
  /** Opens the website endpoint of a bucket, whether or not the bucket is there, on a port of its own, over http. */
  openWebsite(bucket: string): Promise<Listener>;
  /** Ends all connections, to websites too, and removes all bodies. */
  close(): Promise<void>;
}

/**
 * Starts an S3 server in this process. Buckets and metadata are in memory, bodies on disk; both are gone on close.
 * @throws when the port is taken or the folder cannot be made
 */
export async function startS3Server(options: S3ServerOptions = {}): Promise<S3Server> {
  const { port = 0, hostname = "127.0.0.1", region = "us-east-1", tls, now = () => new Date() } = options;
  const { credentials = [defaultCredential], refusalsAfterBlockChange = 0 } = options;
  const bodies = await BodyFolder.create(options.folder);
  const buckets = new BucketTable({ ...noneBlocked, ...options.accountBlock });
  const { arnOf = () => undefined } = options;
  const state = { buckets, bodies, region, now, refusalsAfterBlockChange, arnOf };
  const log = new RequestLog();
  const faults = new FaultTable();
  const context: ServerContext = { state, faults, log };
  const api = apiFrontend({
    authority: { credentialOf: typeof credentials === "function" ? credentials : lookupIn(credentials), region, now },
    state,
    baseHost: options.baseHost ?? "localhost",
    secure: tls !== undefined,
    persona: options.persona ?? {},
  });
  const place = { hostname, connectionIdOf: numberConnections() };
  const first = await openListener(context, api, { ...place, port, tls }).catch(async (error: unknown) => {
    await bodies.remove();
    throw error;
  });
  const listeners = [first];
  return {
    url: first.url,
    get requests() {
      return log.entries;
    },
    clearRequests: () => log.clear(),
    addFault: (rule) => faults.add(rule),
    createBucket: (name) => state.buckets.create(name, currentSecond(state)),
    async openWebsite(bucket) {
      const website = await openListener(context, websiteFrontend(state, bucket), { ...place, port: 0 });
      listeners.push(website);
      return website;
    },
    async close() {
      await Promise.all(listeners.map((listener) => listener.close()));
      await bodies.remove();
    },
  };
}
