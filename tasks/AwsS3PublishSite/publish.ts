import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { readNetwork } from "../../src/agent/network.ts";
import { inJobFolder, publishRun } from "../../src/agent/pipeline-run.ts";
import type { TaskOutcome } from "../../src/agent/run-task.ts";
import { createTransport } from "../../src/http/transport.ts";
import type { RollbackOptions, SiteOptions } from "../../src/site/options.ts";
import { prepareSite } from "../../src/site/plan/prepare.ts";
import { prepareRollback } from "../../src/site/releases/prepare-rollback.ts";
import { actAs } from "../../src/task/run/act-as.ts";
import type { SiteInputs } from "./inputs.ts";
import { publishPreview } from "./preview.ts";
import { removePreviews } from "./remove-previews.ts";
import { runSite, type SiteSurroundings, type SiteWork, TASK } from "./run-site.ts";

/** Visitors' URLs, CloudFront and Route 53 answer within seconds. */
const IDLE_TIMEOUT_MS = 30_000;
const MAX_CONNECTIONS = 16;

/**
 * The task from its inputs on.
 *
 * @throws as `actAs` and `runTransfer` do.
 */
export function publish(inputs: SiteInputs, cancelled: AbortSignal): Promise<TaskOutcome> {
  return actAs<TaskOutcome>(inputs.access, TASK, cancelled, async (access) => {
    const run = publishRun();
    if (inputs.action === "removePreviews") return removePreviews({ ...inputs, access }, run, cancelled);
    return withSurroundings(run, cancelled, (surroundings) => {
      if (inputs.action === "preview") return publishPreview({ ...inputs, access }, surroundings);
      const s3Uri = `s3://${access.bucketName}/${inputs.prefix}`;
      const work =
        inputs.action === "publish"
          ? publishWork({ ...inputs, access }, s3Uri)
          : rollbackWork({ ...inputs, access }, s3Uri);
      return runSite(work, s3Uri, surroundings);
    });
  });
}

async function withSurroundings<T>(
  run: SiteSurroundings["run"],
  cancelled: AbortSignal,
  work: (surroundings: SiteSurroundings) => Promise<T>,
): Promise<T> {
  const scratchFolder = inJobFolder((folder) => mkdtempSync(join(folder, "s3-site-")));
  const transport = createTransport({
    maxConnections: MAX_CONNECTIONS,
    idleTimeoutMs: IDLE_TIMEOUT_MS,
    network: readNetwork(),
  });
  try {
    return await work({ transport, scratchFolder, run, cancelled });
  } finally {
    transport.close();
    // What stays there does not change what was published; the agent empties the folder.
    await rm(scratchFolder, { recursive: true, force: true }).catch(() => undefined);
  }
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
