/** The run that a session's name shall tell of, in AWS CloudTrail and in the ARN of the session. */
export interface PipelineRun {
  /** The project's name, in any alphabet; may be empty. */
  readonly project: string;
  readonly buildId?: string | undefined;
  /** Of a classic release, which may have no build. */
  readonly releaseId?: string | undefined;
}

const MAX_LENGTH = 64;

/**
 * Names a role's session after the project and the run: `azp-{project}-{build}`, the release's id where there is no build.
 * What STS does not take in a name becomes a hyphen; of a project's long name the end is cut off, never the id.
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
