import internal from "azure-pipelines-task-lib/internal.js";
import * as tl from "azure-pipelines-task-lib/task.js";
import type { InputReader } from "../inputs.ts";
import { maskSecret } from "../secret-input.ts";
import type { BaseIdentity, Connection, ConnectionInput } from "./connection.ts";
import { readRole } from "./connection-role.ts";
import { hasForeignCharacter } from "./connection-secrets.ts";

/** Problems are reported for the input that replaces these variables. */
const INPUT: ConnectionInput = "awsCredentials";

const NO_KEYS =
  "awsCredentials is empty, and there are no pipeline variables AWS.AccessKeyID and AWS.SecretAccessKey, so the task looked for the identity of the agent's machine";

/**
 * Reads the pipeline variables of the AWS Toolkit for Azure DevOps, for steps that name no service connection. If they hold no keys, the
 * step uses the identity of the agent's machine.
 */
export function readPipelineVariables(reader: InputReader): Connection {
  const identity = readIdentity(reader);
  const arn = variable("AWS.AssumeRoleArn");
  const texts = { arn, sessionName: variable("AWS.RoleSessionName"), externalId: variable("AWS.ExternalId") };
  // All steps share these variables, even if this step's role does not use them.
  const usesRole = arn !== "" || reader.text("assumeRole") !== "";
  const named = (variableName: string) => `it is empty, and the pipeline variable ${variableName}`;
  const names = {
    arn: named("AWS.AssumeRoleArn"),
    ...(usesRole ? { sessionName: named("AWS.RoleSessionName"), externalId: named("AWS.ExternalId") } : {}),
  };
  return {
    input: INPUT,
    description: identity.kind === "keys" ? "the pipeline variables AWS.*" : "the agent's own identity",
    roleAuthority: "aws",
    region: regionVariable(),
    regionSource: "variable",
    addressingStyle: "auto",
    identity,
    role: readRole(reader, texts, { input: INPUT, names, isAmazon: true }),
    mayHaveLeftovers: true,
    ...(identity.kind === "agent" ? { agentReason: NO_KEYS } : {}),
  };
}

/** The region of all steps of the job: the variable `AWS.Region`, or the agent's `AWS_REGION`. Both have one name in the environment. */
export function regionVariable(): string {
  return variable("AWS.Region") || variable("AWS_DEFAULT_REGION");
}

function readIdentity(reader: InputReader): BaseIdentity {
  const accessKeyId = secretVariable("AWS.AccessKeyID");
  const secretAccessKey = secretVariable("AWS.SecretAccessKey");
  const sessionToken = secretVariable("AWS.SessionToken");
  if (!accessKeyId && !secretAccessKey) return { kind: "agent" };
  if (!accessKeyId || !secretAccessKey) {
    const missing = accessKeyId ? "AWS.SecretAccessKey" : "AWS.AccessKeyID";
    reader.problem(
      INPUT,
      "access-key-incomplete",
      `it is empty, and of the two pipeline variables AWS.AccessKeyID and AWS.SecretAccessKey only one is set: ${missing} is missing. Choose a service connection, or set both.`,
    );
  }
  if (hasForeignCharacter(accessKeyId + secretAccessKey + sessionToken)) {
    const what = "it is empty, and the pipeline variables with access keys have a character that keys cannot";
    reader.problem(INPUT, "access-key-invalid", `${what} have, perhaps an invisible one. Set them again.`);
  }
  return { kind: "keys", credentials: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) } };
}

function variable(name: string): string {
  return (tl.getVariable(name) ?? "").trim();
}

/** Reads a variable without the task library, which would write the value to the debug log even if it is a secret. */
function secretVariable(name: string): string {
  const key = internal._getVariableKey(name);
  const text = (internal._vault.retrieveSecret(`SECRET_${key}`) || process.env[key] || "").trim();
  maskSecret(text);
  return text;
}
