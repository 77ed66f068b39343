import type { InputReader } from "../inputs.ts";
import type { BaseIdentity, Connection } from "./connection.ts";
import { readRole } from "./connection-role.ts";
import {
  type Authorization,
  KEY_SECRETS,
  NO_SUCH_CONNECTION,
  readAuthorization,
  readKeys,
} from "./connection-secrets.ts";
import { regionVariable } from "./pipeline-variables.ts";

const INPUT = "toolkitCredentials";

/**
 * Reads a connection of type `AWS`, which the AWS Toolkit for Azure DevOps defines. It is always for AWS. Its form always asks for keys,
 * and a secret cannot be cleared. So if it uses OIDC, keys in it are leftovers.
 */
export function readToolkitConnection(reader: InputReader, id: string): Connection | undefined {
  const authorization = readAuthorization(id, KEY_SECRETS);
  if (!authorization) {
    reader.problem(INPUT, "service-connection-not-found", NO_SUCH_CONNECTION);
    return undefined;
  }
  const { parameter } = authorization;
  const arn = parameter("assumeRoleArn");
  const identity = readIdentity(reader, id, authorization);
  // The toolkit's form keeps all values, even if no role uses them.
  const hasTaskRole = reader.text("assumeRole") !== "";
  const usesExternalId = hasTaskRole || (arn !== "" && identity.kind !== "oidc");
  const texts = { arn, sessionName: parameter("roleSessionName"), externalId: parameter("externalId") };
  const names = {
    arn: "its role to assume",
    ...(arn || hasTaskRole ? { sessionName: "its role session name" } : {}),
    ...(usesExternalId ? { externalId: "its external ID" } : {}),
  };
  const role = readRole(reader, texts, { input: INPUT, names, isAmazon: true });
  if (identity.kind === "oidc" && !arn) {
    const what = "It uses OIDC, which needs a role.";
    reader.problem(
      INPUT,
      "role-required",
      `${what} Enter the ARN of a role that trusts the pipeline in the service connection.`,
    );
  }
  return {
    input: INPUT,
    description: "the service connection (toolkitCredentials)",
    roleAuthority: "aws",
    region: regionVariable(),
    regionSource: "variable",
    addressingStyle: "auto",
    identity,
    role,
    mayHaveLeftovers: true,
  };
}

function readIdentity(reader: InputReader, id: string, authorization: Authorization): BaseIdentity {
  const { parameter } = authorization;
  if (parameter("useOIDC").toLowerCase() === "true") return { kind: "oidc", serviceConnectionId: id };
  if (!parameter("username") && !parameter("password")) return { kind: "agent" };
  return { kind: "keys", credentials: readKeys(reader, INPUT, authorization) };
}
