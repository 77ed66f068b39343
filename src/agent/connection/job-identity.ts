import * as tl from "azure-pipelines-task-lib/task.js";
import { IdentityError } from "../../aws/errors/errors.ts";
import { readAuthorization } from "./connection-secrets.ts";

/** The job that this step belongs to, as Azure DevOps knows it. */
export interface JobIdentity {
  readonly collectionUrl: URL;
  readonly projectId: string;
  /** `build` or `release`. */
  readonly hubName: string;
  readonly planId: string;
  readonly jobId: string;
  /** The job's own token for Azure DevOps. Every job has one, even if scripts cannot see it. */
  readonly accessToken: string;
}

/**
 * * Reads the ids of this job and its token, and masks the token.
 * @throws {IdentityError} if the agent did not set all of them.
 */
export function readJobIdentity(): JobIdentity {
  const accessToken = readAuthorization("SYSTEMVSSCONNECTION", ["AccessToken"])?.parameter("AccessToken") ?? "";
  const collection = known("System.CollectionUri");
  if (!URL.canParse(collection)) throw unknown("System.CollectionUri");
  if (accessToken === "") throw unknown("SystemVssConnection, the job's own connection");
  return {
    collectionUrl: new URL(collection),
    projectId: known("System.TeamProjectId"),
    hubName: known("System.HostType"),
    planId: known("System.PlanId"),
    jobId: known("System.JobId"),
    accessToken,
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
