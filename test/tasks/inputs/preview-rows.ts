import type { OptionsDescription } from "./describe-options.ts";
import { booleanRow, type InputRow, type ValidCase, type WrongCase } from "./input-row.ts";

/** The least that a preview needs beside what a publish does. */
const PREVIEW = { action: "preview", pullRequestId: "12" };
const REMOVAL = { action: "removePreviews" };

/** What a preview is, where nothing else is entered. */
function preview(more: object = {}, options: OptionsDescription = {}): OptionsDescription {
  const pullRequestPreview = { name: "pr-12", pullRequest: 12, comment: true, previewDays: 30, ...more };
  const prefix = `${pullRequestPreview.name}/`;
  return { action: "preview", prefix, rootPrefix: "", hasOwnHost: false, pullRequestPreview, ...options };
}

/** What removing previews is: inputs of a publish have no effect on it. */
function removal(optionsOfPublish: readonly string[], more: OptionsDescription = {}): OptionsDescription {
  const without = Object.fromEntries(
    [...optionsOfPublish, "keepRemovedDays", "verify"].map((name) => [name, undefined]),
  );
  return { ...without, ...REMOVAL, previewDays: 30, ...more };
}

/** Actions that are about previews, for the row of the input `action`. */
export function previewActions(optionsOfPublish: readonly string[]): readonly ValidCase[] {
  return [
    { value: "preview", others: { pullRequestId: "12", keepReleases: "many", hostedZoneId: "none" }, means: preview() },
    {
      value: "Preview",
      others: { targetFolder: "previews", siteUrl: "https://{preview}.example.com" },
      variables: { "System.PullRequest.PullRequestId": "7" },
      means: preview(
        { name: "pr-7", pullRequest: 7 },
        {
          prefix: "previews/pr-7/",
          rootPrefix: "previews/",
          hasOwnHost: true,
          siteUrl: "https://pr-7.example.com/",
        },
      ),
    },
    {
      value: "removepreviews",
      others: { sourceFolder: "SOURCE/missing", maxDelete: "most", configureWebsite: "perhaps" },
      means: removal(optionsOfPublish),
    },
  ];
}

/** Inputs that would have a preview change what other sites share. */
const refused = (input: string, value: string, advice: string): WrongCase => ({
  value: "preview",
  others: { pullRequestId: "12", [input]: value },
  errors: [
    `${input}: it cannot be used with action: preview, because it changes settings that other sites share. ${advice}, and set up the bucket and the domain once. [inputs-in-conflict]`,
  ],
});

export const refusedForPreviews: readonly WrongCase[] = [
  refused("configureWebsite", "true", "Set it to false"),
  refused("domainName", "www.example.com", "Leave it empty"),
  refused("redirectDomains", "example.com", "Leave it empty"),
  refused("createHostedZone", "True", "Set it to false"),
  {
    value: "preview",
    errors: [
      "pullRequestId: it is empty, and this run does not build a pull request. Enter the number of the pull request, or give the step the condition eq(variables['Build.Reason'], 'PullRequest'). [pull-request-unknown]",
    ],
  },
];

/** URLs of previews, for the row of the input `siteUrl`. */
export const previewUrls: readonly ValidCase[] = [
  {
    value: "https://{preview}.preview.example.com",
    others: PREVIEW,
    means: preview({}, { hasOwnHost: true, siteUrl: "https://pr-12.preview.example.com/" }),
  },
  {
    value: "https://example.com/{preview}/site",
    others: PREVIEW,
    means: preview({}, { siteUrl: "https://example.com/pr-12/site/" }),
  },
  {
    value: "https://preview.example.com",
    others: PREVIEW,
    means: preview({}, { siteUrl: "https://preview.example.com/pr-12/" }),
  },
];

export function previewRows(optionsOfPublish: readonly string[]): InputRow[] {
  const removed = (more: OptionsDescription) => removal(optionsOfPublish, more);
  return [
    {
      input: "previewName",
      valid: [
        { value: "new-menu", others: PREVIEW, means: preview({ name: "new-menu" }) },
        { value: "7", others: PREVIEW, means: preview({ name: "7" }) },
        { value: "Not/A name", means: {} },
      ],
      empty: { says: "`pr-` and the number of the pull request", others: PREVIEW, means: preview() },
      wrong: ["New-menu", "feature/menu", "a.b", "-".repeat(64)].map((value) => ({
        value,
        others: PREVIEW,
        errors: [
          `previewName: "${value}" cannot be the name of a preview. Enter 1 to 63 characters of a-z, 0-9 and -, for example pr-12. [preview-name-invalid]`,
        ],
      })),
    },
    {
      input: "pullRequestId",
      valid: [
        { value: "12", others: { action: "preview" }, means: preview() },
        {
          value: "12",
          others: { action: "preview" },
          variables: { "System.PullRequest.PullRequestId": "7" },
          means: preview(),
        },
        { value: "9", others: REMOVAL, means: removed({ pullRequest: 9 }) },
        { value: "none", means: {} },
      ],
      empty: {
        says: "the pull request that the run builds; to remove previews, all of them",
        others: { action: "preview" },
        variables: { "System.PullRequest.PullRequestId": "100012", "System.PullRequest.PullRequestNumber": "12" },
        means: preview(),
      },
      wrong: ["#12", "0", "twelve"].map((value) => ({
        value,
        others: { action: "preview" },
        errors: [
          `pullRequestId: "${value}" is not the number of a pull request. Enter it without #, for example 12. [number-out-of-range]`,
        ],
      })),
    },
    commentRow,
    {
      input: "previewDays",
      valid: [
        { value: "7", others: PREVIEW, means: preview({ previewDays: 7 }) },
        { value: "0", others: REMOVAL, means: removed({ previewDays: 0 }) },
        { value: "soon", means: {} },
      ],
      empty: { says: "30", others: PREVIEW, means: preview() },
      wrong: ["-1", "3651", "a week"].map((value) => ({
        value,
        others: PREVIEW,
        errors: [
          `previewDays: "${value}" is not a whole number from 0 to 3650 (days). If empty, the task uses 30. [number-out-of-range]`,
        ],
      })),
    },
  ];
}

const commentRow: InputRow = {
  ...booleanRow("comment"),
  valid: [
    { value: "false", others: PREVIEW, means: preview({ comment: false }) },
    { value: "TRUE", others: PREVIEW, means: preview() },
  ],
  empty: { says: "`true`", others: PREVIEW, means: preview() },
  wrong: [
    {
      value: "yes",
      others: PREVIEW,
      errors: ['comment: "yes" is neither true nor false. Enter one of the two. [input-not-boolean]'],
    },
  ],
};
