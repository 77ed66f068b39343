/** The run that a session's name identifies, in AWS CloudTrail and in the ARN of the session. */
export interface PipelineRun {
  /** The project's name, in any alphabet; may be empty. */
  readonly project: string;
  readonly buildId?: string | undefined;
  /** Of a classic release, which may have no build. */
  readonly releaseId?: string | undefined;
}

const MAX_LENGTH = 64;

/**
 * Names a role's session after the project and the run: `azp-{project}-{build}`, with the release's id if there is no build. Characters
 * that STS does not accept become hyphens. A long project name is cut at its end; the id is never cut.
 *
 * Source: `RoleSessionName` of AssumeRole in the AWS STS API Reference.
 */
export function sessionName({ project, buildId, releaseId }: PipelineRun): string {
  const id = inAlphabet(buildId || releaseId || "").slice(0, MAX_LENGTH / 2);
  const name = inAlphabet(project).slice(0, MAX_LENGTH - "azp--".length - id.length);
  return ["azp", name.replace(/-$/, ""), id].filter((part) => part !== "").join("-");
}

function inAlphabet(text: string): string {
  return text.replace(/[^\w+=,.@-]+/g, "-").replace(/^-+|-+$/g, "");
}
