import type { BaseIdentity } from "../../agent/connection/connection.ts";
import type { RoleHop } from "../../aws/credentials/role-chain.ts";

/** In whose name a step acts: plain data, of which nothing has been sent yet. */
export interface Identity {
  readonly base: BaseIdentity;
  /** What the base comes from, in the middle of a sentence. */
  readonly description: string;
  /** Why the agent's own identity is looked for, where nothing asked for it. */
  readonly agentReason?: string;
  /** Roles that are assumed, one from the other. */
  readonly hops: readonly RoleHop[];
  /** Of STS. */
  readonly region: string;
  /** Absent for that of AWS in the region. */
  readonly stsEndpoint?: URL;
  /** Whether there is an STS that knows the base's keys. */
  readonly hasSts: boolean;
}
