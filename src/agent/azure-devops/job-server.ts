import * as tl from "azure-pipelines-task-lib/task.js";
import { readAuthorization } from "../connection/connection-secrets.ts";

/** The Azure DevOps that runs this job, and the job's right to ask it. */
export interface JobServer {
  /** Of the organization, or the collection. */
  readonly collectionUrl: URL;
  /** The job's own token for Azure DevOps. Every job has one, whether its steps may see it or not. */
  readonly accessToken: string;
}

/**
 * Reads which server runs the job, and the job's token, which is masked.
 *
 * @returns the name of what the agent does not say, if it does not say all of it.
 */
export function readJobServer(): JobServer | string {
  const accessToken = readAuthorization("SYSTEMVSSCONNECTION", ["AccessToken"])?.parameter("AccessToken") ?? "";
  const collection = tl.getVariable("System.CollectionUri") ?? "";
  if (!URL.canParse(collection)) return "System.CollectionUri";
  if (accessToken === "") return "SystemVssConnection, the job's own connection";
  return { collectionUrl: new URL(collection), accessToken };
}
