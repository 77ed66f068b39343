import { closeSync, openSync, writeFileSync } from "node:fs";
import { printed } from "../../errors/coded-message.ts";
import type { TransferReport } from "../report.ts";
import type { Action, Plan } from "./plan.ts";

/** The fields of a plan file besides the actions. */
export interface PlanFileHead {
  readonly bucket: string;
  readonly prefix: string;
  readonly folder: string;
  readonly dryRun: boolean;
}

const NAMES: Readonly<Record<Action["kind"], string>> = {
  put: "upload",
  get: "download",
  extract: "extract",
  update: "update",
  delete: "delete",
  folder: "makeFolder",
  skip: "leave",
};

/** The amount of text that is collected before it is written. */
const CHUNK_LENGTH = 64 * 1024;

/**
 * Writes a plan as JSON, an action a line: `{"action", "path", "key", "sizeBytes", "reason", "status", "error"}`, where the status is
 * `planned` in a dry run, and else `done`, `failed` (with the error) or `notDone`. Actions are written one after the other: a million of
 * them need no memory.
 *
 * @param report absent if nothing was done.
 * @throws Node's error if the file cannot be written.
 */
export function writePlanFile(path: string, head: PlanFileHead, plan: Plan, report: TransferReport | undefined): void {
  const file = openSync(path, "w");
  try {
    let text = `${JSON.stringify({ ...head, problems: plan.problems }).slice(0, -1)},"actions":[`;
    let separator = "\n";
    for (const action of plan.actions) {
      text += separator + JSON.stringify(describe(action, head.prefix, report));
      separator = ",\n";
      if (text.length < CHUNK_LENGTH) continue;
      writeFileSync(file, text);
      text = "";
    }
    writeFileSync(file, `${text}\n]}\n`);
  } finally {
    closeSync(file);
  }
}

function describe(action: Action, prefix: string, report: TransferReport | undefined): object {
  const { kind, path, relativeKey, sizeBytes, reason } = action;
  const error = report?.failures.get(action);
  const isDone = kind === "skip" || report?.done.has(action);
  const status = !report ? "planned" : error !== undefined ? "failed" : isDone ? "done" : "notDone";
  return {
    action: NAMES[kind],
    path,
    key: prefix + relativeKey,
    sizeBytes,
    reason,
    status,
    ...(error === undefined ? {} : { error: printed(error) }),
  };
}
