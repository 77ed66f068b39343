import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { runStep, type StepRequest, type StepResult } from "../../../local/agent/agent.ts";
import { inSharedProcess } from "../../step-host/step-host.ts";
import { connectionId } from "../store-step.ts";
import type { OptionsDescription } from "./describe-options.ts";
import type { InputCase } from "./input-row.ts";
import type { InputTable } from "./input-table.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const toolkitId = "8e2f3f5a-7a0e-4f0b-9d64-2b1c9a7e6d10";
const credentials = { accessKeyId: "AKIAINPUTSTEST", secretAccessKey: "the/secret/key/of/the/inputs/test" };

/** The place in which the cases of a table run: a folder for `SOURCE`, and the task as far as its options. */
export class InputBench {
  readonly source = mkdtempSync(join(tmpdir(), "inputs-"));
  readonly #table: InputTable;
  #probeFolder = "";

  constructor(table: InputTable) {
    this.#table = table;
    mkdirSync(join(this.source, "site"));
    writeFileSync(join(this.source, "file.txt"), "text");
  }

  /** Builds a task with the real one's `task.json` and reader, which prints the options instead of using them. */
  async buildProbe(): Promise<void> {
    this.#probeFolder = mkdtempSync(join(tmpdir(), "probe-"));
    const { task } = this.#table;
    const definition = JSON.parse(readFileSync(join(root, "tasks", task, "task.json"), "utf8"));
    const version = { Major: 1, Minor: 0, Patch: 0 };
    writeFileSync(join(this.#probeFolder, "task.json"), JSON.stringify({ ...definition, version }));
    const contents = `
      import { readInputs } from "../../../tasks/${task}/inputs.ts";
      import { describeOptions } from "./describe-options.ts";
      console.log("options=" + JSON.stringify(describeOptions(readInputs())));`;
    await build({
      stdin: { contents, resolveDir: import.meta.dirname, loader: "ts", sourcefile: "probe.ts" },
      outfile: join(this.#probeFolder, "index.js"),
      bundle: true,
      platform: "node",
      format: "cjs",
      target: "node20",
      logLevel: "error",
    });
  }

  /** What the task makes of the inputs of a case. */
  async optionsOf(input: string, example: InputCase): Promise<OptionsDescription> {
    const { rawOutput } = await runStep(this.#request(this.#probeFolder, input, example));
    const options = /^options=(.*)$/m.exec(rawOutput)?.[1];
    if (options === undefined) throw new Error(rawOutput);
    return JSON.parse(options);
  }

  /** What it is to make of them. */
  expectedOptions({ isAmazon }: InputCase, means: OptionsDescription): OptionsDescription {
    return this.#resolve({
      ...this.#table.options,
      ...(isAmazon ? {} : { endpoint: "http://127.0.0.1:1/" }),
      region: "eu-west-1",
      addressingStyle: "auto",
      signsInBy: { kind: "keys", credentials },
      roles: [],
      ...means,
    });
  }

  /** Runs the packaged task. */
  async run(input: string, example: InputCase, step: Partial<StepRequest> = {}): Promise<StepResult> {
    const taskFolder = join(root, "dist/extension/tasks", this.#table.task);
    return await runStep({ ...this.#request(taskFolder, input, example), ...step });
  }

  expectedErrors(errors: readonly string[]): readonly string[] {
    return this.#resolve(errors);
  }

  remove(): void {
    for (const folder of [this.source, this.#probeFolder]) if (folder) rmSync(folder, { recursive: true });
  }

  #request(
    taskFolder: string,
    input: string,
    { value, others, isAmazon, connection, toolkit, variables }: InputCase,
  ): StepRequest {
    const keys = { username: credentials.accessKeyId, password: credentials.secretAccessKey };
    const { says: _, ...special } = connection ?? { says: "" };
    return {
      ...inSharedProcess(),
      taskFolder,
      inputs: this.#resolve({ ...this.#table.needed, ...others, [input]: value }),
      variables: { ...variables },
      sourcesFolder: this.source,
      connections: [
        {
          id: connectionId,
          name: "store",
          type: "AwsS3",
          // Nothing listens there: a task that sent something would tell another error.
          url: isAmazon ? "https://s3.amazonaws.com/" : "http://127.0.0.1:1",
          scheme: "UsernamePassword",
          parameters: keys,
          data: { region: "eu-west-1" },
          ...special,
        },
        {
          id: toolkitId,
          name: "toolkit",
          type: "AWS",
          url: "https://aws.amazon.com/",
          scheme: "UsernamePassword",
          parameters: toolkit?.parameters ?? keys,
          data: {},
        },
      ],
    };
  }

  /** Puts what is meant in the place of the placeholders. */
  #resolve<T>(value: T): T {
    const text = JSON.stringify(value);
    const inJson = (path: string) => JSON.stringify(path).slice(1, -1);
    return JSON.parse(
      text
        .replace(/\bSOURCE\b((?:\/[\w.$()]+)*)/g, (_, below: string) =>
          inJson(this.source + below.replaceAll("/", sep)),
        )
        .replaceAll('"CONNECTION"', `"${connectionId}"`)
        .replaceAll('"TOOLKIT"', `"${toolkitId}"`),
    );
  }
}
