import { type Document, isMap, isScalar, isSeq, parseDocument, visit, type YAMLMap } from "yaml";
import { expandMacros } from "../../../local/agent/macros.ts";
import { ACCOUNT } from "../../tasks/identity-bench.ts";

/** A step of an example that uses a task of this extension. */
export interface ExampleStep {
  /** Without its version. */
  readonly task: string;
  readonly inputs: Readonly<Record<string, string>>;
}

/** A pipeline of the documentation, whole. */
export interface ExamplePipeline {
  readonly text: string;
  readonly steps: readonly ExampleStep[];
}

/** The ID of the hosted zone that the stand-in for Route 53 creates first. */
const FIRST_ZONE = "Z1EXAMPLE";
const OWN_TASKS = /^(AwsS3(?:Upload|Download|PublishSite))@1$/;

/** The tasks that a block of YAML names, for example `AwsS3Upload@1`, in their order. */
export function tasksIn(code: string): string[] {
  const tasks: string[] = [];
  visit(parseSound(code), {
    Pair: (_, { key, value }) => {
      if (String(key) === "task" && isScalar(value)) tasks.push(String(value.value));
    },
  });
  return tasks;
}

/**
 * Makes a whole pipeline of an example: a list of steps gets its `steps:`, and inputs alone get a step that only shows what it would do.
 *
 * @param region takes the place of the regions of the examples.
 */
export function examplePipeline(code: string, region: string): ExamplePipeline {
  const { contents } = parseSound(code);
  const isPipeline = isMap(contents) && ["steps", "jobs", "stages"].some((key) => contents.has(key));
  const whole = isPipeline ? code : isSeq(contents) ? `steps:\n${code}` : stepWith(code);
  const document = parseSound(whole.replaceAll(/\b(?:eu|us)-[a-z]+-\d\b/g, region));
  const steps: ExampleStep[] = [];
  const variables = variablesOf(document);
  visit(document, {
    Map: (_, map) => {
      const [, task] = OWN_TASKS.exec(String(map.get("task") ?? "")) ?? [];
      const inputs = map.get("inputs");
      if (task === undefined || !isMap(inputs)) return;
      // CloudFront and other CDNs are visited by https, and nobody here has a certificate for them.
      const isVisitedByHttps = String(inputs.get("siteUrl") ?? "").startsWith("https:");
      if (inputs.has("cloudFrontDistributionId") || isVisitedByHttps) inputs.set("verify", "false");
      if (inputs.has("hostedZoneId")) inputs.set("hostedZoneId", FIRST_ZONE);
      if (inputs.has("expectedBucketOwner")) inputs.set("expectedBucketOwner", ACCOUNT);
      steps.push(...variables.map((known) => ({ task, inputs: textsOf(inputs, known) })));
    },
  });
  return { text: document.toString({ lineWidth: 0 }), steps };
}

/** The variables of the pipeline: for each job of a matrix, with its own. */
function variablesOf(document: Document): Record<string, string>[] {
  const known = document.get("variables");
  const ofPipeline = isMap(known) ? textsOf(known, {}) : {};
  const jobs: Record<string, string>[] = [];
  visit(document, {
    Pair: (_, { key, value }) => {
      if (String(key) !== "matrix" || !isMap(value)) return;
      for (const { value: job } of value.items) if (isMap(job)) jobs.push({ ...ofPipeline, ...textsOf(job, {}) });
    },
  });
  return jobs.length > 0 ? jobs : [ofPipeline];
}

function stepWith(inputs: string): string {
  const indented = inputs.replaceAll(/^(?=.)/gm, "      ");
  return `steps:\n  - task: AwsS3Upload@1\n    inputs:\n      awsCredentials: my-aws-connection\n      bucketName: my-bucket\n      sourceFolder: dist\n      dryRun: true\n${indented}`;
}

/** @param variables replace the macros that name them. */
function textsOf(map: YAMLMap, variables: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    map.items.map(({ key, value }) => {
      const text = isScalar(value) ? String(value.value) : "";
      return [String(key), expandMacros(text, (name) => variables[name])];
    }),
  );
}

function parseSound(code: string) {
  const document = parseDocument(code, { schema: "failsafe" });
  if (document.errors.length > 0) throw new Error(document.errors.map(({ message }) => message).join("\n"));
  return document;
}
