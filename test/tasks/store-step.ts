import { fileURLToPath } from "node:url";
import { runStep, type ServiceConnection, type StepRequest, type StepResult } from "../../local/agent/agent.ts";
import { inSharedProcess } from "../step-host/step-host.ts";
import type { Target } from "../target.ts";

export const connectionId = "5d1b6f0a-93a5-4a2e-8a37-0c6c1f1b2c3d";

/** The folder of a task in the extension as it is packed. */
export function taskFolderOf(taskName: string): string {
  return fileURLToPath(new URL(`../../dist/extension/tasks/${taskName}`, import.meta.url));
}

/** The service connection that an admin would make for the target. */
export function connectionTo(target: Target): ServiceConnection {
  return {
    id: connectionId,
    name: "store",
    type: "AwsS3",
    url: target.url,
    scheme: "UsernamePassword",
    parameters: { username: target.accessKeyId, password: target.secretAccessKey },
    data: { region: target.region },
  };
}

/** Runs a packaged task as the agent does: by inputs, of which those about the target are filled in. */
export function runStoreStep(
  taskName: string,
  target: Target,
  inputs: Readonly<Record<string, string>>,
  step: Partial<StepRequest>,
): Promise<StepResult> {
  return runStep({
    taskFolder: taskFolderOf(taskName),
    connections: [connectionTo(target)],
    ...inSharedProcess(step),
    ...step,
    inputs: { awsCredentials: connectionId, regionName: "", ...inputs },
  });
}
