import type { InputReader } from "../inputs.ts";
import type { Connection } from "./connection.ts";
import { readPipelineVariables } from "./pipeline-variables.ts";
import { readS3Connection } from "./s3-connection.ts";
import { readToolkitConnection } from "./toolkit-connection.ts";

/**
 * Reads the chosen service connection, of type `AwsS3` or of the AWS Toolkit's type `AWS`. If none is chosen, the AWS Toolkit's pipeline
 * variables are used, or else the agent's own identity. Masks its secrets and adds problems to the reader.
 *
 * @returns undefined if it cannot be used.
 */
export function readConnection(reader: InputReader): Connection | undefined {
  const own = reader.text("awsCredentials");
  const toolkit = reader.text("toolkitCredentials");
  const problemsBefore = reader.problems.length;
  if (own && toolkit) {
    reader.problem(
      "toolkitCredentials",
      "inputs-in-conflict",
      "it is set, and awsCredentials is too. Choose one of the two.",
    );
    return undefined;
  }
  const connection = own
    ? readS3Connection(reader, own)
    : toolkit
      ? readToolkitConnection(reader, toolkit)
      : readPipelineVariables(reader);
  return reader.problems.length > problemsBefore ? undefined : connection;
}
