import { runStep, type StepRequest, type StepResult } from "../../local/agent/agent.ts";
import { runInThisProcess, type TaskTime } from "./task-in-process.ts";

/** Runs a packaged task in this process, as the agent would in another. */
export function runQuietly(step: StepRequest, time: Partial<TaskTime> = {}): Promise<StepResult> {
  return runStep({
    ...step,
    runProcess: (task, events) => runInThisProcess(task, events, { timeoutDivisor: 1, ...time }),
  });
}
