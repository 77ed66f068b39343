import { NOT_S3, ServiceError } from "../aws/errors/errors.ts";
import { isExpiredSession } from "../aws/errors/expired-session.ts";
import { ConnectionError } from "../http/connection-error.ts";

/** Whether a failed upload is kept, so that a later run can resume it: its stored parts were not the cause. */
export function mayResumeLater(error: unknown, signal: AbortSignal): boolean {
  if (signal.aborted || error instanceof ConnectionError) return true;
  if (!(error instanceof ServiceError)) return false;
  const { status } = error.details;
  const isAboutCredentials = status === 401 || status === 403 || isExpiredSession(error);
  return status >= 500 || status === 429 || isAboutCredentials || error.awsCode === NOT_S3;
}
