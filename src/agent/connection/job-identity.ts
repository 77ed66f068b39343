import * as tl from "azure-pipelines-task-lib/task.js";
import { IdentityError } from "../../aws/errors/errors.ts";
import { type JobServer, readJobServer } from "../azure-devops/job-server.ts";

/** The job that this step belongs to, as Azure DevOps knows it. */
export interface JobIdentity extends JobServer {
  readonly projectId: string;
  /** `build` or `release`. */
  readonly hubName: string;
  readonly planId: string;
  readonly jobId: string;
}

/**
 * Reads the ids of this job and its token, and masks the token.
 *
 * @throws {IdentityError} if the agent did not set all of them.
 */
export function readJobIdentity(): JobIdentity {
  const server = readJobServer();
  if (typeof server === "string") throw unknown(server);
  return {
    ...server,
    projectId: known("System.TeamProjectId"),
    hubName: known("System.HostType"),
    planId: known("System.PlanId"),
    jobId: known("System.JobId"),
  };
}

function known(name: string): string {
  const value = tl.getVariable(name);
  if (!value) throw unknown(name);
  return value;
}

function unknown(what: string): IdentityError {
  const why = `the agent did not give this step ${what}, which is needed to request a token`;
  return new IdentityError(
    "identity-token-not-issued",
    `The pipeline has no identity token: ${why}. Run the step in a job of Azure Pipelines, or use another service connection.`,
  );
}
