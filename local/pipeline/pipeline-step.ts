import type { YamlSource } from "./yaml-source.ts";

/** One step as the file has it: nothing is checked against a task yet. */
export interface PipelineStep {
  /** `pipeline.yml (Line: 3, Col: 5)`. */
  place: string;
  /** The step's first key: `task`, `script`, `checkout`, `template`, … */
  kind: string;
  /** What stands beside that key: for a task its `Name@1`. */
  reference: string;
  name?: string | undefined;
  displayName?: string | undefined;
  inputs: Record<string, string>;
  env: Record<string, string>;
  isEnabled: boolean;
  condition?: string | undefined;
  continueOnError: boolean;
  timeoutInMinutes: number;
  retryCountOnTaskFailure: number;
}

/** The keys that make a step, of which each has one; it may also stand under a template expression. */
const kinds = [
  "task",
  "script",
  "bash",
  "pwsh",
  "powershell",
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
    source.list(steps, "steps").map((step) => readStep(step, source)),
  );
}

function readStep(node: unknown, source: YamlSource): PipelineStep {
  const step = source.map(node, "A step");
  const kind = kinds.find((key) => step.has(key)) ?? [...step.keys()].find((key) => key.startsWith("${{"));
  if (kind === undefined) {
    const found = [...step.keys()].join(", ") || "nothing";
    source.report(node, `A step needs one of ${kinds.join(", ")}; this one has ${found}.`);
  }
  const text = (key: string) => source.text(step.get(key), key);
  return {
    place: source.placeOf(node),
    kind: kind ?? "",
    reference: kind === undefined || kind.startsWith("${{") ? "" : (text(kind) ?? ""),
    name: text("name"),
    displayName: text("displayName"),
    inputs: kind === "task" ? source.texts(step.get("inputs"), "inputs") : {},
    env: source.texts(step.get("env"), "env"),
    isEnabled: readBoolean(step, "enabled", true, source),
    condition: text("condition"),
    continueOnError: readBoolean(step, "continueOnError", false, source),
    timeoutInMinutes: readNumber(step, "timeoutInMinutes", source),
    retryCountOnTaskFailure: readNumber(step, "retryCountOnTaskFailure", source),
  };
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
