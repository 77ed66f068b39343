import type { InputReader } from "../../src/agent/inputs.ts";
import { readRunRepository } from "../../src/agent/pull-requests/run-pull-request.ts";
import { isPreviewName, previewNameOf } from "../../src/site/previews/preview-name.ts";

/** Ten years. */
const PREVIEW_DAYS = { min: 0, max: 3650, unit: "days" };
const DEFAULT_PREVIEW_DAYS = 30;

/** The inputs that only a preview has. */
export interface PreviewInputs {
  readonly name: string;
  readonly pullRequest: number;
  readonly comment: boolean;
  readonly previewDays: number;
}

/** Reads which preview is published. */
export function readPreview(reader: InputReader): PreviewInputs {
  const problemsBefore = reader.problems.length;
  const pullRequest = readPullRequest(reader) ?? readRunRepository().pullRequest ?? 0;
  if (pullRequest === 0 && reader.problems.length === problemsBefore)
    reader.problem("pullRequestId", "pull-request-unknown", NO_PULL_REQUEST);
  const name = reader.text("previewName") || previewNameOf(pullRequest);
  if (!isPreviewName(name))
    reader.problem(
      "previewName",
      "preview-name-invalid",
      `"${name}" cannot be the name of a preview. Enter 1 to 63 characters of a-z, 0-9 and -, for example pr-12.`,
    );
  return { name, pullRequest, comment: reader.boolean("comment", true), previewDays: readPreviewDays(reader) };
}

const NO_PULL_REQUEST =
  "it is empty, and this run does not build a pull request. Enter the number of the pull request, or give the step the condition eq(variables['Build.Reason'], 'PullRequest').";

/** Reads the number of the pull request that is entered; undefined where none is. */
export function readPullRequest(reader: InputReader): number | undefined {
  const text = reader.text("pullRequestId");
  if (text === "") return undefined;
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  reader.problem(
    "pullRequestId",
    "number-out-of-range",
    `"${text}" is not the number of a pull request. Enter it without #, for example 12.`,
  );
  return undefined;
}

export function readPreviewDays(reader: InputReader): number {
  return reader.wholeNumber("previewDays", PREVIEW_DAYS, `${DEFAULT_PREVIEW_DAYS}`) ?? DEFAULT_PREVIEW_DAYS;
}

/** Inputs that change the whole bucket or account, with their defaults. */
const BUCKET_WIDE: Readonly<Record<string, string>> = {
  configureWebsite: "false",
  domainName: "",
  redirectDomains: "",
  createHostedZone: "false",
};

/** Reports each input with which a preview would change settings that other sites share. */
export function refuseBucketWideInputs(reader: InputReader): void {
  for (const [input, byDefault] of Object.entries(BUCKET_WIDE)) {
    const text = reader.text(input);
    if (text === "" || text.toLowerCase() === byDefault) continue;
    const why = "it cannot be used with action: preview, because it changes settings that other sites share";
    const advice = byDefault === "" ? "Leave it empty" : `Set it to ${byDefault}`;
    reader.problem(input, "inputs-in-conflict", `${why}. ${advice}, and set up the bucket and the domain once.`);
  }
}
