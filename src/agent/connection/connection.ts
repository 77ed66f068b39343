import type { Credentials } from "../../aws/credentials/credentials.ts";
import type { AddressingStyle } from "../../aws/endpoint.ts";
import type { RoleAuthority } from "./connection-url.ts";

/** The step's identity before it assumes any role. */
export type BaseIdentity =
  | { readonly kind: "keys"; readonly credentials: Credentials }
  /** The pipeline's own token, which Azure DevOps issues for a service connection. */
  | { readonly kind: "oidc"; readonly serviceConnectionId: string }
  /** What the agent's machine offers: an instance profile, a container role, environment variables, a profile. */
  | { readonly kind: "agent" };

/** The role settings of a connection. */
export interface ConnectionRole {
  readonly arn?: string;
  readonly sessionName?: string;
  readonly externalId?: string;
  readonly durationSeconds?: number;
}

/** The two inputs that name a service connection. */
export type ConnectionInput = "awsCredentials" | "toolkitCredentials";

/** Where requests go and which identity they use, as far as the connection decides it. */
export interface Connection {
  /** The input that messages name. */
  readonly input: ConnectionInput;
  /** What it is, as part of a sentence. */
  readonly description: string;
  /** Absent for Amazon S3. */
  readonly endpoint?: URL;
  /** Absent for the token service of AWS in the region. */
  readonly stsEndpoint?: URL;
  readonly roleAuthority: RoleAuthority;
  /** Empty if not set. */
  readonly region: string;
  /** Where the region can be set: a field of the service connection, or the pipeline variable `AWS.Region`. */
  readonly regionSource: "connection" | "variable";
  readonly addressingStyle: AddressingStyle;
  readonly identity: BaseIdentity;
  readonly role: ConnectionRole;
  /** Whether its role settings may be leftovers. If no role uses them, they are ignored without an error. */
  readonly mayHaveLeftovers?: true;
  /** Why the agent's own identity is used, as the start of a sentence. Absent if the user chose it. */
  readonly agentReason?: string;
}
