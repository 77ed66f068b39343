import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { log } from "../../src/agent/log.ts";
import { readNetwork } from "../../src/agent/network.ts";
import { inJobFolder, publishRun } from "../../src/agent/pipeline-run.ts";
import type { TaskOutcome } from "../../src/agent/run-task.ts";
import { userAgent } from "../../src/aws/user-agent.ts";
import { createTransport, type Transport } from "../../src/http/transport.ts";
import { openBucket } from "../../src/s3/bucket.ts";
import { planInvalidations } from "../../src/site/cloudfront/planned-invalidations.ts";
import { describeChanges } from "../../src/site/describe-changes.ts";
import type { SiteOptions } from "../../src/site/options.ts";
import { prepareSite } from "../../src/site/plan/prepare.ts";
import type { PreparedSite } from "../../src/site/plan/prepared-site.ts";
import type { SiteTools } from "../../src/site/plan/site-tools.ts";
import { publishSite } from "../../src/site/publish.ts";
import type { SiteReport } from "../../src/site/publish-record.ts";
import type { PlanContext } from "../../src/sync/plan/plan-context.ts";
import type { InNameOf } from "../../src/task/inputs/access.ts";
import { actAs } from "../../src/task/run/act-as.ts";
import { runTransfer } from "../../src/task/run/transfer.ts";

const TASK = "AwsS3PublishSite";
/** Visitors' URLs, CloudFront and Route 53 answer within seconds. */
const IDLE_TIMEOUT_MS = 30_000;
const MAX_CONNECTIONS = 16;

/**
 * The task from its options on.
 *
 * @throws as `actAs` and `runTransfer` do.
 */
export function publish(inputs: InNameOf<SiteOptions>, cancelled: AbortSignal): Promise<TaskOutcome> {
  return actAs(inputs.access, TASK, cancelled, async (access) => {
    const transport = createTransport({
      maxConnections: MAX_CONNECTIONS,
      idleTimeoutMs: IDLE_TIMEOUT_MS,
      network: readNetwork(),
    });
    const scratchFolder = inJobFolder((folder) => mkdtempSync(join(folder, "s3-site-")));
    try {
      return await run({ ...inputs, access }, transport, scratchFolder, cancelled);
    } finally {
      transport.close();
      await rm(scratchFolder, { recursive: true, force: true });
    }
  });
}

function run(
  options: SiteOptions,
  transport: Transport,
  scratchFolder: string,
  cancelled: AbortSignal,
): Promise<TaskOutcome> {
  const { source, prefix, access } = options;
  const s3Uri = `s3://${access.bucketName}/${prefix}`;
  const thisRun = publishRun();
  const siteTools = (tools: PlanContext): SiteTools => ({
    ...tools,
    transport,
    userAgent: userAgent(TASK),
    log,
    run: thisRun,
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
  let site: PreparedSite | undefined;
  let report: SiteReport | undefined;
  return runTransfer<PreparedSite>(
    { ...options, ifNoFilesFound: "error" },
    {
      name: TASK,
      folder: source,
      folderInput: "sourceFolder",
      opening: (place) => `Publishing ${source} to ${s3Uri} ${place}`,
      async makePlan(tools) {
        site = await prepareSite(options, siteTools(tools));
        if (options.dryRun)
          for (const line of await describeChanges(site, options, siteTools(tools))) log.info(`Would ${line}`);
        return site;
      },
      directionOf: () => ({ done: "Uploaded", from: source, to: s3Uri, prefix }),
      nothingFound: {
        input: "globExpressions",
        code: "no-files-found",
        message: "no file matches. Check the patterns and sourceFolder; the step that builds the site may have failed.",
      },
      async apply(plan, tools) {
        report = await publishSite(plan, options, { ...siteTools(tools), observer: tools.observer, scratchFolder });
        return report;
      },
      outputsOf: ({ filesNew, filesUpdated, filesUnchanged, filesDeleted, bytesTransferred, redirects }) => ({
        filesUploaded: String(filesNew),
        filesUpdated: String(filesUpdated),
        filesUnchanged: String(filesUnchanged),
        filesDeleted: String(filesDeleted),
        redirectsUpdated: String(redirects ? redirects.set + redirects.deleted : 0),
        bytesUploaded: String(bytesTransferred),
        s3Uri,
        siteUrl: site?.address.siteUrl?.href ?? "",
        websiteEndpoint: site?.address.websiteEndpoint ? `http://${site.address.websiteEndpoint.host}/` : "",
        cloudFrontDomain: site?.distribution?.domainName ?? "",
        invalidationId: report?.invalidationId ?? "",
        nameServers: report?.nameServers.join(" ") ?? "",
      }),
      planFileExtras: (plan) => ({
        kept: plan.kept.map(({ relativeKey, sizeBytes, reason }) => ({ key: prefix + relativeKey, sizeBytes, reason })),
        cloudFront: {
          ...plan.forCloudFront,
          ...(plan.distribution ? { invalidations: planInvalidations(plan, options) } : {}),
        },
      }),
    },
    cancelled,
  );
}
