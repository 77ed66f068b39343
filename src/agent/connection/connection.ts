import type { Credentials } from "../../aws/credentials/credentials.ts";
import type { AddressingStyle } from "../../aws/endpoint.ts";
import type { RoleAuthority } from "./connection-url.ts";

/** Who the step is before it takes any role. */
export type BaseIdentity =
  | { readonly kind: "keys"; readonly credentials: Credentials }
  /** The pipeline's own token, which Azure DevOps issues for a service connection. */
  | { readonly kind: "oidc"; readonly serviceConnectionId: string }
  /** Whatever the agent's machine has: an instance profile, a container's role, its environment, a profile. */
  | { readonly kind: "agent" };

/** What a connection says of roles. */
export interface ConnectionRole {
  readonly arn?: string;
  readonly sessionName?: string;
  readonly externalId?: string;
  readonly durationSeconds?: number;
}

/** The two inputs that take a service connection. */
export type ConnectionInput = "awsCredentials" | "toolkitCredentials";

/** Where a step's requests go and in whose name, as far as that stands outside of the task's own inputs. */
export interface Connection {
  /** The input that messages name. */
  readonly input: ConnectionInput;
  /** What it is, in the middle of a sentence. */
  readonly description: string;
  /** Absent for Amazon S3 itself. */
  readonly endpoint?: URL;
  /** Absent for that of AWS in the region. */
  readonly stsEndpoint?: URL;
  readonly roleAuthority: RoleAuthority;
  /** Empty where none is named. */
  readonly region: string;
  readonly addressingStyle: AddressingStyle;
  readonly identity: BaseIdentity;
  readonly role: ConnectionRole;
  /** Whether its settings for roles may be leftovers, which are passed over where no role takes them. */
  readonly mayHaveLeftovers?: true;
  /** Why the agent's own identity is looked for, at the beginning of a sentence; absent where it was asked for. */
  readonly agentReason?: string;
}
