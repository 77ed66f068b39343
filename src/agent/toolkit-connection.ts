import type { BaseIdentity, Connection } from "./connection.ts";
import {
  type Authorization,
  KEY_SECRETS,
  NO_SUCH_CONNECTION,
  readAuthorization,
  readKeys,
} from "./connection-secrets.ts";
import type { InputReader } from "./inputs.ts";
import { regionVariable } from "./pipeline-variables.ts";
import { problemOfExternalId, problemOfRoleArn, problemOfSessionName } from "./role-fields.ts";

const INPUT = "toolkitCredentials";

/**
 * Reads a connection of the type `AWS`, which the AWS Toolkit for Azure DevOps brings. It always means AWS itself.
 *
 * Its form asks for keys whatever they are for, and a secret in it cannot be cleared: where it says to use OIDC, keys that stand
 * there too are leftovers.
 */
export function readToolkitConnection(reader: InputReader, id: string): Connection | undefined {
  const authorization = readAuthorization(id, KEY_SECRETS);
  if (!authorization) {
    reader.problem(INPUT, NO_SUCH_CONNECTION);
    return undefined;
  }
  const { parameter } = authorization;
  const arn = parameter("assumeRoleArn");
  const sessionName = parameter("roleSessionName");
  const externalId = parameter("externalId");
  const check = (name: string, text: string, problem: string | undefined) => {
    if (text && problem) reader.problem(INPUT, `its ${name}: ${problem}`);
  };
  check("role to assume", arn, problemOfRoleArn(arn, true));
  const identity = readIdentity(reader, id, authorization);
  // The toolkit's form keeps what is written in it, whether a role uses it or not.
  const hasTaskRole = reader.text("assumeRole") !== "";
  if (arn || hasTaskRole) check("role session name", sessionName, problemOfSessionName(sessionName));
  if ((arn && identity.kind !== "oidc") || hasTaskRole) {
    check("external id", externalId, problemOfExternalId(externalId));
  }
  if (identity.kind === "oidc" && !arn) {
    const what = "it says to use OIDC, and names no role to assume.";
    reader.problem(INPUT, `${what} Enter the ARN of a role that trusts this pipeline.`);
  }
  return {
    input: INPUT,
    description: "the service connection (toolkitCredentials)",
    roleAuthority: "aws",
    region: regionVariable(),
    addressingStyle: "auto",
    identity,
    role: {
      ...(arn ? { arn } : {}),
      ...(sessionName ? { sessionName } : {}),
      ...(externalId ? { externalId } : {}),
    },
    mayHaveLeftovers: true,
  };
}

function readIdentity(reader: InputReader, id: string, authorization: Authorization): BaseIdentity {
  const { parameter } = authorization;
  if (parameter("useOIDC").toLowerCase() === "true") return { kind: "oidc", serviceConnectionId: id };
  if (!parameter("username") && !parameter("password")) return { kind: "agent" };
  return { kind: "keys", credentials: readKeys(reader, INPUT, authorization) };
}
