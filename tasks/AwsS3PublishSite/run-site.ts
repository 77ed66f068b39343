import { writeFileSync } from "node:fs";
import { log } from "../../src/agent/log.ts";
import { type publishRun, runBuild } from "../../src/agent/pipeline-run.ts";
import type { TaskOutcome } from "../../src/agent/run-task.ts";
import { writeTemporaryFile } from "../../src/agent/summary.ts";
import { userAgent } from "../../src/aws/user-agent.ts";
import type { Transport } from "../../src/http/transport.ts";
import { openBucket } from "../../src/s3/bucket.ts";
import { planInvalidations } from "../../src/site/cloudfront/planned-invalidations.ts";
import { describeChanges } from "../../src/site/describe-changes.ts";
import { describeOutcome } from "../../src/site/describe-outcome.ts";
import type { SiteOptions } from "../../src/site/options.ts";
import type { PreparedSite } from "../../src/site/plan/prepared-site.ts";
import type { SiteTools } from "../../src/site/plan/site-tools.ts";
import { publishSite } from "../../src/site/publish.ts";
import type { SiteReport } from "../../src/site/publish-record.ts";
import { releasesDocument } from "../../src/site/releases/releases-file.ts";
import type { Counts } from "../../src/sync/plan/plan.ts";
import type { PlanContext } from "../../src/sync/plan/plan-context.ts";
import type { Direction } from "../../src/task/run/report.ts";
import { runTransfer } from "../../src/task/run/transfer.ts";

export const TASK = "AwsS3PublishSite";
/** The number of changes besides files that the summary of a dry run shows; the log shows all. */
const MAX_PLANNED_CHANGES = 20;

/** One of the actions that publish. */
export interface SiteWork {
  readonly options: Pick<SiteOptions, "access" | "prefix" | "dryRun" | "concurrency">;
  /** The folder with the site; empty for a rollback. */
  readonly folder: string;
  /** Begins the log. */
  readonly opening: string;
  readonly done: Direction["done"];
  /** Takes the summary, if it is not to be added to the run at once. */
  readonly takeSummary?: (markdown: string) => void;
  /** Decides what to do, and with which options. */
  prepare(tools: SiteTools): Promise<{ readonly site: PreparedSite; readonly options: SiteOptions }>;
}

/** The resources of a publish besides its bucket. */
export interface SiteSurroundings {
  readonly transport: Transport;
  /** Absolute path of a folder for files that are compressed. */
  readonly scratchFolder: string;
  readonly run: ReturnType<typeof publishRun>;
  readonly cancelled: AbortSignal;
}

/** The results of a publish. Parts are absent if it ended earlier. */
export interface SiteOutcome extends TaskOutcome {
  readonly site?: PreparedSite;
  readonly report?: SiteReport;
}

/**
 * Plans, publishes and reports, once.
 *
 * @throws as `runTransfer` does.
 */
export async function runSite(
  { options: asked, folder, opening, done, prepare, takeSummary }: SiteWork,
  s3Uri: string,
  { transport, scratchFolder, run, cancelled }: SiteSurroundings,
): Promise<SiteOutcome> {
  const { prefix, access } = asked;
  const siteTools = (tools: PlanContext): SiteTools => ({
    ...tools,
    transport,
    userAgent: userAgent(TASK),
    log,
    run,
    build: runBuild(),
    openBucket: (name) =>
      openBucket({
        name,
        store: access.store,
        credentials: access.credentials,
        transport,
        userAgent: userAgent(TASK),
        headers: access.expectedBucketOwner ? { "x-amz-expected-bucket-owner": access.expectedBucketOwner } : {},
      }),
  });
  let prepared: Awaited<ReturnType<SiteWork["prepare"]>> | undefined;
  let report: SiteReport | undefined;
  let changes: readonly string[] = [];
  const outcome = await runTransfer<PreparedSite>(
    { ...asked, ifNoFilesFound: "error" },
    {
      name: TASK,
      folder,
      folderInput: "sourceFolder",
      opening: (place) => `${opening} ${place}`,
      async makePlan(tools) {
        prepared = await prepare(siteTools(tools));
        const { site, options } = prepared;
        if (options.dryRun) changes = await describeChanges(site, options, siteTools(tools));
        for (const change of changes) log.info(`Would ${change}`);
        return site;
      },
      directionOf: () => ({ done, from: folder, to: s3Uri, prefix, changesMore: true }),
      nothingFound: {
        input: "globExpressions",
        code: "no-files-found",
        message:
          "no file matches. Check the patterns and sourceFolder, and that the step that builds the site succeeded.",
      },
      async apply(plan, tools) {
        const options = prepared?.options as SiteOptions;
        report = await publishSite(plan, options, { ...siteTools(tools), observer: tools.observer, scratchFolder });
        return report;
      },
      outputsOf: (counts) => ({ ...outputsOf(counts, prepared?.site, report), s3Uri }),
      writeFiles: () => ({ releasesFile: writeReleasesFile(prepared?.site, report) }),
      summaryParts(plan) {
        const { facts, ...outcome } = describeOutcome(plan, prepared?.options as SiteOptions, report);
        const planned = changes.slice(0, MAX_PLANNED_CHANGES).map((text) => ({ what: "A real run would", text }));
        return { ...outcome, facts: [...planned, ...facts] };
      },
      ...(takeSummary ? { takeSummary } : {}),
      planFileExtras: (plan) => ({
        kept: plan.kept.map(({ relativeKey, sizeBytes, reason }) => ({ key: prefix + relativeKey, sizeBytes, reason })),
        cloudFront: {
          ...plan.forCloudFront,
          ...(plan.distribution && prepared ? { invalidations: planInvalidations(plan, prepared.options) } : {}),
        },
      }),
    },
    cancelled,
  );
  return { ...outcome, ...(prepared ? { site: prepared.site } : {}), ...(report ? { report } : {}) };
}

function outputsOf(
  { filesNew, filesUpdated, filesUnchanged, filesDeleted, bytesTransferred, redirects }: Counts,
  site: PreparedSite | undefined,
  report: SiteReport | undefined,
): Record<string, string> {
  const { release } = report ?? {};
  return {
    filesUploaded: String(filesNew),
    filesUpdated: String(filesUpdated),
    filesUnchanged: String(filesUnchanged),
    filesDeleted: String(filesDeleted),
    redirectsUpdated: String(redirects ? redirects.set + redirects.deleted : 0),
    bytesUploaded: String(bytesTransferred),
    siteUrl: site?.address.siteUrl?.href ?? "",
    websiteEndpoint: site?.address.websiteEndpoint ? `http://${site.address.websiteEndpoint.host}/` : "",
    cloudFrontDomain: site?.distribution?.domainName ?? "",
    invalidationId: report?.invalidations[0]?.id ?? "",
    nameServers: report?.nameServers.join(" ") ?? "",
    releaseNumber: release ? String(release.number) : "",
    rolledBackTo: release && site?.releases?.target ? String(release.content.number) : "",
    releasesFile: "",
  };
}

/** @returns its path; empty if there are no releases. */
function writeReleasesFile(site: PreparedSite | undefined, report: SiteReport | undefined): string {
  const before = site?.releases?.before;
  if (!before) return "";
  const live = report?.release ?? before.live;
  const document = releasesDocument(report?.releases ?? before.records, live?.number);
  return writeTemporaryFile("releases.json", (path) =>
    writeFileSync(path, `${JSON.stringify(document, undefined, 2)}\n`),
  );
}
