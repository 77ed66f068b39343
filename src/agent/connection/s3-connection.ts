import * as tl from "azure-pipelines-task-lib/task.js";
import type { AddressingStyle } from "../../aws/endpoint.ts";
import type { InputReader } from "../inputs.ts";
import type { BaseIdentity, Connection, ConnectionRole } from "./connection.ts";
import { readRole } from "./connection-role.ts";
import {
  type Authorization,
  KEY_SECRETS,
  NO_SUCH_CONNECTION,
  readAuthorization,
  readKeys,
} from "./connection-secrets.ts";
import { parseStoreUrl, parseStsUrl, roleAuthorityOf } from "./connection-url.ts";

const INPUT = "awsCredentials";
const ADDRESSING_STYLES: readonly string[] = ["auto", "path", "virtual"] satisfies AddressingStyle[];
const ROLE_FIELD_NAMES = {
  arn: "its role ARN",
  sessionName: "its session name",
  externalId: "its external ID",
  durationSeconds: "its session duration",
};

/** Reads a connection of type `AwsS3` from what the agent passes to the task. */
export function readS3Connection(reader: InputReader, id: string): Connection | undefined {
  const authorization = readAuthorization(id, KEY_SECRETS);
  if (!authorization) {
    reader.problem(INPUT, "service-connection-not-found", NO_SUCH_CONNECTION);
    return undefined;
  }
  const identity = readIdentity(reader, id, authorization);
  const endpoint = reader.check(INPUT, () => parseStoreUrl(tl.getEndpointUrl(id, true) ?? ""), undefined);
  const stsUrl = field(id, "stsEndpoint");
  const stsEndpoint = stsUrl
    ? reader.check(INPUT, () => parseStsUrl(stsUrl, identity.kind === "oidc"), undefined)
    : undefined;
  const addressingStyle = field(id, "addressingStyle") || "auto";
  if (!ADDRESSING_STYLES.includes(addressingStyle)) {
    reader.problem(
      INPUT,
      "input-not-in-list",
      `its addressing style is "${addressingStyle}". Choose auto, path or virtual.`,
    );
  }
  const roleAuthority = roleAuthorityOf(endpoint, stsEndpoint);
  return {
    input: INPUT,
    description: "the service connection (awsCredentials)",
    ...(endpoint ? { endpoint } : {}),
    ...(stsEndpoint ? { stsEndpoint } : {}),
    roleAuthority,
    region: field(id, "region"),
    regionSource: "connection",
    addressingStyle: addressingStyle as AddressingStyle,
    identity,
    role: readOwnRole(reader, id, identity, roleAuthority === "aws"),
  };
}

function readIdentity(reader: InputReader, id: string, authorization: Authorization): BaseIdentity {
  const { scheme, parameter } = authorization;
  if (scheme === "UsernamePassword") {
    return { kind: "keys", credentials: readKeys(reader, INPUT, authorization) };
  }
  if (scheme !== "None") {
    const what = `its authentication scheme is "${scheme}". This task needs access keys, or no stored secret.`;
    reader.problem(
      INPUT,
      "service-connection-not-supported",
      `${what} Create the service connection again with one of the two.`,
    );
    return { kind: "agent" };
  }
  const source = parameter("credentialSource");
  if (source === "oidc-token") return { kind: "oidc", serviceConnectionId: id };
  if (source !== "agent-identity") {
    const advice = "In the service connection, choose: the pipeline's own token, or the identity of the agent.";
    if (source === "") reader.problem(INPUT, "input-required", `its source of credentials is not set. ${advice}`);
    else reader.problem(INPUT, "input-not-in-list", `its source of credentials is not supported. ${advice}`);
  }
  return { kind: "agent" };
}

function readOwnRole(reader: InputReader, id: string, identity: BaseIdentity, isAmazon: boolean): ConnectionRole {
  const arn = field(id, "roleArn");
  const durationSeconds = field(id, "durationSeconds");
  const texts = {
    arn,
    sessionName: field(id, "roleSessionName"),
    externalId: field(id, "externalId"),
    durationSeconds,
  };
  const role = readRole(reader, texts, { input: INPUT, names: ROLE_FIELD_NAMES, isAmazon });
  if (identity.kind === "oidc" && !arn) {
    const what = "The service connection uses OpenID Connect, which needs a role.";
    reader.problem(
      INPUT,
      "role-required",
      `${what} Enter the ARN of a role that trusts the pipeline in the service connection.`,
    );
  }
  if (durationSeconds && !arn) {
    const advice = "Enter a role ARN, or remove the duration.";
    reader.problem(INPUT, "input-without-effect", `its session duration has no effect without a role ARN. ${advice}`);
  }
  return role;
}

/** A public field of the connection. */
function field(id: string, name: string): string {
  return (tl.getEndpointDataParameter(id, name, true) ?? "").trim();
}
