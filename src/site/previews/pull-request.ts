import { PULL_REQUEST_HEADER } from "../../sync/preview-folders.ts";

/** The pull request that a preview shows. */
export interface PullRequest {
  readonly number: number;
  /** A digest that identifies the repository. No name, because the bucket may be public. */
  readonly repository: string;
}

/** Marks a preview that is being removed and may be incomplete. */
const LEAVING = "x-amz-meta-leaving";

/** The headers of a preview's manifest. */
export function previewHeaders({ number, repository }: PullRequest): Readonly<Record<string, string>> {
  return { [PULL_REQUEST_HEADER]: `${number} ${repository}` };
}

/** The headers while the preview is removed. */
export function leavingHeaders(pullRequest: PullRequest): Readonly<Record<string, string>> {
  return { ...previewHeaders(pullRequest), [LEAVING]: "true" };
}

/**
 * Reads the headers of a manifest.
 *
 * @param headers lower-case names.
 * @returns undefined if it is that of another site.
 */
export function readPreviewHeaders(
  headers: Readonly<Record<string, string | undefined>>,
): { readonly pullRequest: PullRequest; readonly isLeaving: boolean } | undefined {
  const [, number, repository = ""] = /^(\d{1,15}) ([0-9a-f]*)$/.exec(headers[PULL_REQUEST_HEADER]?.trim() ?? "") ?? [];
  if (number === undefined) return undefined;
  return { pullRequest: { number: Number(number), repository }, isLeaving: headers[LEAVING] !== undefined };
}

export function isSamePullRequest(one: PullRequest, other: PullRequest): boolean {
  return one.number === other.number && one.repository === other.repository;
}
