import * as tl from "azure-pipelines-task-lib/task.js";
import { readAuthorization } from "../connection/connection-secrets.ts";

/** The Azure DevOps server of this job, and the job's token for it. */
export interface JobServer {
  /** The URL of the organization or collection. */
  readonly collectionUrl: URL;
  /** The job's own token for Azure DevOps. Every job has one, even if scripts cannot see it. */
  readonly accessToken: string;
}

/**
 * Reads the server's URL and the job's token, and masks the token.
 *
 * @returns the name of the missing variable, if one is missing.
 */
export function readJobServer(): JobServer | string {
  const accessToken = readAuthorization("SYSTEMVSSCONNECTION", ["AccessToken"])?.parameter("AccessToken") ?? "";
  const collection = tl.getVariable("System.CollectionUri") ?? "";
  if (!URL.canParse(collection)) return "System.CollectionUri";
  if (accessToken === "") return "SystemVssConnection, the job's own connection";
  return { collectionUrl: new URL(collection), accessToken };
}
