import type { BaseIdentity } from "../../agent/connection/connection.ts";
import type { RoleHop } from "../../aws/credentials/role-chain.ts";

/** The identity of a step, as plain data. Nothing has been sent yet. */
export interface Identity {
  readonly base: BaseIdentity;
  /** The source of the base, as part of a sentence. */
  readonly description: string;
  /** Why the agent's own identity is used, if no setting chose it. */
  readonly agentReason?: string;
  /** Roles that are assumed one after the other. */
  readonly hops: readonly RoleHop[];
  /** Of STS. */
  readonly region: string;
  /** Absent for that of AWS in the region. */
  readonly stsEndpoint?: URL;
  /** Whether an STS exists that knows the base's keys. */
  readonly hasSts: boolean;
}
