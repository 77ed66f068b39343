import { isMap } from "yaml";
import type { YamlSource } from "./yaml-source.ts";

/** One step as the file has it: nothing is checked against a task yet. */
export interface PipelineStep {
  /** `pipeline.yml (Line: 3, Col: 5)`. */
  place: string;
  /** The line of that place. */
  line: number;
  /** The step's first key: `task`, `script`, `checkout`, `template`, … */
  kind: string;
  /** The value of that key: for a task its `Name@1`. */
  reference: string;
  name?: string | undefined;
  displayName?: string | undefined;
  /** Of a task; of a script those of the task that runs it. */
  inputs: Record<string, string>;
  env: Record<string, string>;
  isEnabled: boolean;
  condition?: string | undefined;
  continueOnError: boolean;
  timeoutInMinutes: number;
  retryCountOnTaskFailure: number;
  /** `target: host`: it does not run in the job's container. */
  isOnHost: boolean;
}

/** The keys of a step whose value is a script. */
export const scriptKinds: readonly string[] = ["script", "bash", "pwsh", "powershell"];

/** The keys that make a step, of which each has one. */
const kinds = [
  "task",
  ...scriptKinds,
  "checkout",
  "download",
  "downloadBuild",
  "getPackage",
  "publish",
  "reviewApp",
  "template",
];

/** The hooks of a deployment strategy, in the order in which they run. */
const hooks = ["preDeploy", "deploy", "routeTraffic", "postRouteTraffic"];

/** The steps of a job: under `steps:`, or for a deployment job under the hooks of its `strategy:`. */
export function readJob(job: Map<string, unknown>, source: YamlSource): PipelineStep[] {
  const strategies = [...source.map(job.get("deployment") && job.get("strategy"), "strategy")];
  const deployed = strategies.flatMap(([name, node]) => {
    const strategy = source.map(node, `strategy ${name}`);
    return hooks.map((hook) => source.map(strategy.get(hook), hook).get("steps"));
  });
  return [job.get("steps"), ...deployed].flatMap((steps) =>
    source.items(steps, "steps").flatMap((step) => readStep(step, source) ?? []),
  );
}

/** @returns undefined for a template, which is skipped */
function readStep(node: unknown, source: YamlSource): PipelineStep | undefined {
  const step = source.members(node, "A step");
  const kind = kinds.find((key) => step.has(key));
  if (kind === undefined) {
    const found = [...step.keys()].join(", ") || "nothing";
    source.report(node, `A step needs one of ${kinds.join(", ")}; this one has ${found}.`);
  }
  const text = (key: string) => source.text(step.get(key), key);
  if (kind === "template") {
    source.skip(node, `template ${text("template")} is not followed`);
    return undefined;
  }
  return {
    place: source.placeOf(node),
    line: source.lineOf(node),
    kind: kind ?? "",
    reference: kind === undefined ? "" : (text(kind) ?? ""),
    name: text("name"),
    displayName: text("displayName"),
    inputs: readInputs(kind, step, source),
    env: source.texts(step.get("env"), "env"),
    isEnabled: readBoolean(step, "enabled", true, source),
    condition: text("condition"),
    continueOnError: readBoolean(step, "continueOnError", false, source),
    timeoutInMinutes: readNumber(step, "timeoutInMinutes", source),
    retryCountOnTaskFailure: readNumber(step, "retryCountOnTaskFailure", source),
    isOnHost: readTarget(step.get("target"), source) === "host",
  };
}

function readInputs(kind: string | undefined, step: Map<string, unknown>, source: YamlSource): Record<string, string> {
  if (kind === "task") return source.texts(step.get("inputs"), "inputs");
  if (kind === undefined || !scriptKinds.includes(kind)) return {};
  const named = ["workingDirectory", "failOnStderr"].flatMap((key) => {
    const value = source.text(step.get(key), key);
    return value === undefined ? [] : [[key, value]];
  });
  return { shell: kind, script: source.text(step.get(kind), kind) ?? "", ...Object.fromEntries(named) };
}

/** A name, or a mapping with a name under `container`. */
function readTarget(node: unknown, source: YamlSource): string | undefined {
  return source.text(isMap(node) ? source.map(node, "target").get("container") : node, "target");
}

function readBoolean(step: Map<string, unknown>, key: string, byDefault: boolean, source: YamlSource): boolean {
  const text = source.text(step.get(key), key)?.toLowerCase();
  if (text === undefined) return byDefault;
  if (text !== "true" && text !== "false") source.report(step.get(key), `${key} must be true or false, not '${text}'.`);
  return text === "true";
}

function readNumber(step: Map<string, unknown>, key: string, source: YamlSource): number {
  const text = source.text(step.get(key), key) ?? "0";
  if (!/^\d+$/.test(text)) source.report(step.get(key), `${key} must be a whole number, not '${text}'.`);
  return Number(text);
}
