import * as tl from "azure-pipelines-task-lib/task.js";
import type { Credentials } from "../../aws/credentials/credentials.ts";
import type { InputReader } from "../inputs.ts";
import { maskSecret } from "../secret-input.ts";

/** What to do if the agent did not receive the connection. */
export const NO_SUCH_CONNECTION =
  "the agent did not give this service connection to the step. Check its name, and that the pipeline may use it. If the run builds a pull request from a fork: forks get no service connections, unless the pipeline's settings allow it.";

/** How a service connection authorizes. */
export interface Authorization {
  /** The agent's name for it, for example `UsernamePassword` or `None`. */
  readonly scheme: string;
  /** A parameter by its name, ignoring case, without spaces around it. Empty if missing. */
  parameter(name: string): string;
}

/**
 * Reads how a service connection authorizes, and masks those of its parameters that are secrets.
 *
 * The task library logs each value in debug mode if parameters are read one by one, so all are read at once.
 *
 * @returns undefined if the job has no such connection.
 */
export function readAuthorization(id: string, secretNames: readonly string[]): Authorization | undefined {
  const authorization = tl.getEndpointAuthorization(id, true);
  if (!authorization) return undefined;
  const parameters = new Map(
    Object.entries(authorization.parameters ?? {}).map(([name, value]) => [name.toLowerCase(), String(value ?? "")]),
  );
  const parameter = (name: string) => (parameters.get(name.toLowerCase()) ?? "").trim();
  for (const name of secretNames) maskSecret(parameter(name));
  return { scheme: authorization.scheme, parameter };
}

/** The secret parameters of a connection with access keys. */
export const KEY_SECRETS = ["password", "sessionToken"] as const;

/** Reads access keys. Adds problems to the reader, under the input's name. */
export function readKeys(reader: InputReader, input: string, { parameter }: Authorization): Credentials {
  const accessKeyId = parameter("username");
  const secretAccessKey = parameter("password");
  const sessionToken = parameter("sessionToken");
  if (accessKeyId === "")
    reader.problem(input, "access-key-incomplete", "its access key ID is empty. Enter it in the service connection.");
  if (secretAccessKey === "") {
    reader.problem(
      input,
      "access-key-incomplete",
      "its secret access key is empty. Enter it in the service connection.",
    );
  }
  if (hasForeignCharacter(accessKeyId + secretAccessKey + sessionToken)) {
    const what = "one of its keys has a character that keys cannot have, perhaps an invisible one.";
    reader.problem(input, "access-key-invalid", `${what} Enter it in the service connection again.`);
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}

/** A key that is copied from a page or a mail may contain invisible characters. */
export function hasForeignCharacter(keys: string): boolean {
  return /[^\x21-\x7e]/.test(keys);
}
