import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, extname, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { minimalEnvironment } from "../../../local/agent/job.ts";
import { expandMacros } from "../../../local/agent/macros.ts";
import { runTaskProcess } from "../../../local/agent/task-process.ts";
import type { HostType } from "../../../local/agent/workspace.ts";
import { runPipeline } from "../../../local/pipeline/run-pipeline.ts";
import { buildZip } from "../../extract/build-zip.ts";
import { runInThisProcess } from "../../reliability/task-in-process.ts";
import { awsTls } from "../../tasks/aws-tls.ts";
import { writeFiles } from "../../tasks/write-files.ts";
import { EXAMPLE_REGION, ExampleAws } from "./example-aws.ts";
import { type ExamplePipeline, type ExampleStep, examplePipeline } from "./example-pipeline.ts";

const tasksFolder = fileURLToPath(new URL("../../../dist/extension/tasks", import.meta.url));

/** What the scripts of the examples call, and what need not happen here: each only says what it was called with. */
const PROGRAMS = ["npm", "npx", "aws", "dotnet", "gh", "hugo"];

/** What is in a folder that an example uploads or publishes. */
const SITE = {
  "index.html": '<link rel="stylesheet" href="assets/site.5d2f8a1c.css">',
  "404.html": "There is no such page.",
  "about.html": "about",
  "assets/site.5d2f8a1c.css": "p {}",
  "assets/site.5d2f8a1c.css.map": "{}",
  "static/js/main.2b1c4d5e.js": "1",
};

/** What the variables of the examples are, beside those of the agent. */
const VARIABLES = {
  "Build.DefinitionName": "shop",
  "Build.SourceVersion": "1a2b3c4d5e6f",
  "resources.pipeline.build.runName": "7",
};

/** What a run of a repository on GitHub has more: nobody is asked for its pull requests, and nobody gets a comment. */
const ON_GITHUB = { "Build.Repository.Provider": "GitHub" };

/** What a run for a pull request has more. */
const PULL_REQUEST = {
  ...ON_GITHUB,
  "Build.Reason": "PullRequest",
  "System.PullRequest.PullRequestId": "1234567",
  "System.PullRequest.PullRequestNumber": "12",
};

/** The id that a connection of the examples has is not important, but that it is one. */
const idOf = (index: number) => `5d1b6f0a-93a5-4a2e-8a37-${String(index).padStart(12, "0")}`;

export interface ExampleRun {
  readonly result: string;
  readonly log: readonly string[];
  readonly warnings: readonly string[];
}

/** Runs a pipeline of the documentation by the local agent and the packaged tasks, in an AWS that has what it supposes. */
export async function runExample(code: string, hostType?: HostType): Promise<ExampleRun> {
  const example = await Example.open(code, hostType);
  try {
    return await example.run();
  } finally {
    await example.close();
  }
}

/** A pipeline of the documentation with all that it supposes: it can be run several times, and what came of it be looked at. */
export class Example {
  readonly aws: ExampleAws;
  readonly #agent: ExampleAgent;
  readonly #pipeline: ExamplePipeline;
  readonly #folder: string;

  private constructor(aws: ExampleAws, agent: ExampleAgent, pipeline: ExamplePipeline, folder: string) {
    this.aws = aws;
    this.#agent = agent;
    this.#pipeline = pipeline;
    this.#folder = folder;
  }

  static async open(code: string, hostType: HostType = "build"): Promise<Example> {
    const pipeline = examplePipeline(code, EXAMPLE_REGION);
    const folder = mkdtempSync(join(tmpdir(), "example-"));
    const aws = await ExampleAws.start(pipeline.steps);
    const agent = new ExampleAgent(folder, aws, hostType);
    for (const step of pipeline.steps) await agent.supply(step, pipeline.text);
    if (pipeline.steps.some(({ inputs }) => inputs.action === "rollback")) await agent.publishTwice(pipeline.steps);
    return new Example(aws, agent, pipeline, folder);
  }

  /** @param nameServers those that DNS knows of each domain; none by default. */
  run(nameServers?: readonly string[]): Promise<ExampleRun> {
    return this.#agent.run(this.#pipeline, nameServers);
  }

  async close(): Promise<void> {
    await this.aws.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function runOf(pipeline: string): Record<string, string> {
  if (pipeline.includes("'PullRequest'")) return PULL_REQUEST;
  return pipeline.includes("webhooks:") ? ON_GITHUB : {};
}

function isMadeByScript(folder: string, pipeline: string): boolean {
  return pipeline.includes(`mkdir ${folder}`) || pipeline.includes(`mkdir -p ${folder}`);
}

/** An agent with folders of its own, in which the files lie that an example supposes. */
class ExampleAgent {
  readonly #folder: string;
  readonly #aws: ExampleAws;
  readonly #hostType: HostType;

  constructor(folder: string, aws: ExampleAws, hostType: HostType) {
    this.#folder = folder;
    this.#aws = aws;
    this.#hostType = hostType;
    for (const program of PROGRAMS) {
      writeFiles(folder, { [`bin/${program}`]: `#!/bin/sh\necho "${program} $*"\n` });
      chmodSync(join(folder, "bin", program), 0o755);
    }
  }

  get #sources(): string {
    return join(this.#folder, "sources");
  }

  /** Leaves what a step uploads in its folder, or what it downloads in its bucket. */
  async supply({ task, inputs }: ExampleStep, pipeline: string): Promise<void> {
    const { bucketName = "", sourceFolder = "" } = inputs;
    if (task === "AwsS3Download") {
      const prefix = sourceFolder.replaceAll(/^\/+|\/+$/g, "");
      const archive = buildZip([{ name: "in.txt", content: "in" }]);
      if (extname(prefix) === ".zip") return this.#aws.put(bucketName, prefix, archive);
      if (extname(prefix) !== "") return this.#aws.put(bucketName, prefix, "an object");
      return this.#aws.put(bucketName, `${prefix === "" ? "" : `${prefix}/`}data.txt`, "an object");
    }
    const path = this.#pathOf(sourceFolder);
    if (existsSync(path) || isMadeByScript(sourceFolder, pipeline)) return;
    if (extname(path) !== "") writeFiles(this.#folder, { [path.slice(this.#folder.length)]: "a file" });
    else writeFiles(path, SITE);
  }

  /** Makes the releases to which the example goes back. */
  async publishTwice(steps: readonly ExampleStep[]): Promise<void> {
    const rollback = steps.find(({ inputs }) => inputs.action === "rollback");
    const { action: _, rollbackTo: __, dryRun: ___, ...inputs } = rollback?.inputs ?? {};
    const lines = Object.entries({ ...inputs, sourceFolder: "releases", keepReleases: "5", verify: "false" });
    for (const title of ["first", "second"]) {
      writeFiles(join(this.#sources, "releases"), { ...SITE, "index.html": title });
      const text = `steps:\n  - task: AwsS3PublishSite@1\n    inputs:\n${lines.map(([name, value]) => `      ${name}: ${JSON.stringify(value)}\n`).join("")}`;
      const { result, log } = await this.run({ text, steps: [{ task: "AwsS3PublishSite", inputs }] });
      if (result !== "Succeeded") throw new Error(log.join("\n"));
    }
  }

  async run({ text, steps }: ExamplePipeline, nameServers?: readonly string[]): Promise<ExampleRun> {
    const file = join(this.#folder, "azure-pipelines.yml");
    writeFileSync(file, text);
    const log: string[] = [];
    const { env, proxy } = this.#aws.options;
    // In the agent's work folder, which a container has too.
    const ca = join(this.#folder, "_work", "ca.pem");
    writeFiles(this.#folder, { "_work/ca.pem": awsTls.cert });
    const inherited = minimalEnvironment();
    const { result } = await runPipeline({
      file,
      tasksFolder,
      connections: this.#connections(steps),
      variables: { ...VARIABLES, ...runOf(text) },
      sourcesFolder: this.#sources,
      workFolder: join(this.#folder, "_work"),
      hostType: this.#hostType,
      inheritedEnv: { ...inherited, ...env, PATH: join(this.#folder, "bin") + delimiter + inherited.PATH },
      onLine: (line) => log.push(line),
      proxy,
      certificates: { ca },
      // Tasks run in this process, where their waits take no time. Scripts need a process of their own.
      runProcess: (task, events) =>
        task.script.startsWith(tasksFolder)
          ? runInThisProcess(task, events, { timeoutDivisor: 1, nameServers })
          : runTaskProcess(task, events),
    });
    const warnings = log.filter((line) => line.startsWith("##[warning]")).map((line) => line.slice(11));
    return { result, log, warnings };
  }

  #connections(steps: readonly ExampleStep[]) {
    const names = (input: string) => [...new Set(steps.flatMap(({ inputs }) => inputs[input] ?? []))];
    const own = names("awsCredentials").map((name) => ({ name, type: "AwsS3" }));
    const toolkits = names("toolkitCredentials").map((name) => ({ name, type: "AWS" }));
    return [...own, ...toolkits].map(({ name, type }, index) => this.#aws.connection(name, idOf(index), type));
  }

  #pathOf(folder: string): string {
    const job = join(this.#folder, "_work", "1");
    const known: Readonly<Record<string, string>> = {
      "Build.ArtifactStagingDirectory": join(job, "a"),
      "Pipeline.Workspace": job,
      "Build.SourcesDirectory": this.#sources,
      "System.DefaultWorkingDirectory": this.#sources,
      "Agent.TempDirectory": join(this.#folder, "_work", "_temp"),
      "Agent.BuildDirectory": job,
    };
    const path = expandMacros(folder, (name) => known[name]);
    return isAbsolute(path) ? path : join(this.#sources, path);
  }
}
