import { mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { log } from "../../src/agent/log.ts";
import { readNetwork } from "../../src/agent/network.ts";
import { inJobFolder, publishRun, runBuild } from "../../src/agent/pipeline-run.ts";
import type { TaskOutcome } from "../../src/agent/run-task.ts";
import { writeTemporaryFile } from "../../src/agent/summary.ts";
import { userAgent } from "../../src/aws/user-agent.ts";
import { createTransport, type Transport } from "../../src/http/transport.ts";
import { openBucket } from "../../src/s3/bucket.ts";
import { planInvalidations } from "../../src/site/cloudfront/planned-invalidations.ts";
import { describeChanges } from "../../src/site/describe-changes.ts";
import { describeOutcome } from "../../src/site/describe-outcome.ts";
import type { RollbackOptions, SiteOptions } from "../../src/site/options.ts";
import { prepareSite } from "../../src/site/plan/prepare.ts";
import type { PreparedSite } from "../../src/site/plan/prepared-site.ts";
import type { SiteTools } from "../../src/site/plan/site-tools.ts";
import { publishSite } from "../../src/site/publish.ts";
import type { SiteReport } from "../../src/site/publish-record.ts";
import { prepareRollback } from "../../src/site/releases/prepare-rollback.ts";
import { releasesDocument } from "../../src/site/releases/releases-file.ts";
import type { Counts } from "../../src/sync/plan/plan.ts";
import type { PlanContext } from "../../src/sync/plan/plan-context.ts";
import { actAs } from "../../src/task/run/act-as.ts";
import type { Direction } from "../../src/task/run/report.ts";
import { runTransfer } from "../../src/task/run/transfer.ts";
import type { SiteInputs } from "./inputs.ts";

const TASK = "AwsS3PublishSite";
/** Visitors' URLs, CloudFront and Route 53 answer within seconds. */
const IDLE_TIMEOUT_MS = 30_000;
const MAX_CONNECTIONS = 16;
/** The summary of a dry run has so many changes to what is not a file; the log has all. */
const MAX_PLANNED_CHANGES = 20;

/** One of the task's actions. */
interface SiteWork {
  readonly options: Pick<SiteOptions, "access" | "prefix" | "dryRun" | "concurrency">;
  /** The folder with the site; empty for a rollback. */
  readonly folder: string;
  /** Begins the log; the store's place stands behind it. */
  readonly opening: string;
  readonly done: Direction["done"];
  /** Decides what is to be done, and with which options. */
  prepare(tools: SiteTools): Promise<{ readonly site: PreparedSite; readonly options: SiteOptions }>;
}

/**
 * The task from its inputs on.
 *
 * @throws as `actAs` and `runTransfer` do.
 */
export function publish(inputs: SiteInputs, cancelSignal: AbortSignal): Promise<TaskOutcome> {
  return actAs(inputs.access, TASK, cancelSignal, async (access) => {
    const s3Uri = `s3://${access.bucketName}/${inputs.prefix}`;
    const work =
      inputs.action === "publish"
        ? publishWork({ ...inputs, access }, s3Uri)
        : rollbackWork({ ...inputs, access }, s3Uri);
    const scratchFolder = inJobFolder((folder) => mkdtempSync(join(folder, "s3-site-")));
    const transport = createTransport({
      maxConnections: MAX_CONNECTIONS,
      idleTimeoutMs: IDLE_TIMEOUT_MS,
      network: readNetwork(),
    });
    try {
      return await run(work, s3Uri, transport, scratchFolder, cancelSignal);
    } finally {
      transport.close();
      // A leftover there does not change the published site, and the agent empties the folder.
      await rm(scratchFolder, { recursive: true, force: true }).catch(() => undefined);
    }
  });
}

function publishWork(options: SiteOptions, s3Uri: string): SiteWork {
  return {
    options,
    folder: options.source,
    opening: `Publishing ${options.source} to ${s3Uri}`,
    done: "Uploaded",
    prepare: async (tools) => ({ site: await prepareSite(options, tools), options }),
  };
}

function rollbackWork(options: RollbackOptions, s3Uri: string): SiteWork {
  return {
    options,
    folder: "",
    opening: `Rolling back to ${options.rollbackTo === "previous" ? "the previous release" : options.rollbackTo} of ${s3Uri}`,
    done: "Restored",
    prepare: (tools) => prepareRollback(options, tools),
  };
}

function run(
  { options: asked, folder, opening, done, prepare }: SiteWork,
  s3Uri: string,
  transport: Transport,
  scratchFolder: string,
  cancelSignal: AbortSignal,
): Promise<TaskOutcome> {
  const { prefix, access } = asked;
  const thisRun = publishRun();
  const siteTools = (tools: PlanContext): SiteTools => ({
    ...tools,
    transport,
    userAgent: userAgent(TASK),
    log,
    run: thisRun,
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
  return runTransfer<PreparedSite>(
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
      directionOf: () => ({ done, from: folder, to: s3Uri, prefix }),
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
      planFileExtras: (plan) => ({
        kept: plan.kept.map(({ relativeKey, sizeBytes, reason }) => ({ key: prefix + relativeKey, sizeBytes, reason })),
        cloudFront: {
          ...plan.forCloudFront,
          ...(plan.distribution && prepared ? { invalidations: planInvalidations(plan, prepared.options) } : {}),
        },
      }),
    },
    cancelSignal,
  );
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
