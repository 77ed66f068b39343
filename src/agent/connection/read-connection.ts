import type { InputReader } from "../inputs.ts";
import type { Connection } from "./connection.ts";
import { readPipelineVariables } from "./pipeline-variables.ts";
import { readS3Connection } from "./s3-connection.ts";
import { readToolkitConnection } from "./toolkit-connection.ts";

/**
 * Reads the service connection that is chosen: one of type `AwsS3`, or one of the AWS Toolkit's type `AWS`; where none is, the AWS
 * Toolkit's pipeline variables, and without these the agent's own identity. Its secrets are masked. What is wrong is told to the reader.
 *
 * @returns undefined where it cannot be used.
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
