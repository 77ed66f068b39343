import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { styleText } from "node:util";
import type { HostType } from "./agent/workspace.ts";
import { parseCommandLine, UsageError } from "./command-line.ts";
import { connectionsFileExample, readConnectionsFile } from "./pipeline/connections.ts";
import { NothingToRunError, PipelineError } from "./pipeline/pipeline-error.ts";
import { runPipeline } from "./pipeline/run-pipeline.ts";

const usage = `Usage: npm run task -- FILE.yml [options]

Runs the steps of a pipeline file that use the tasks of this extension, and its scripts, as Azure Pipelines would.

  --var NAME=VALUE      sets a variable, in place of the file's; may be given again and again
  --connections FILE    the service connections; by default connections.yml beside the pipeline file
  --sources FOLDER      what a checkout would have fetched, by default the pipeline file's folder;
                        with --host release: the artifacts, one folder for each alias
  --tasks FOLDER        the built tasks, by default dist/extension/tasks
  --node PATH           the Node.js that runs the tasks
  --host build|release  the kind of job, by default build; a release is a classic one
  --skip-scripts        skips the steps script, bash, pwsh and powershell
  --debug               sets System.Debug

A connections file names each connection and its fields:

${connectionsFileExample.replace(/^/gm, "  ")}

A connection that the file lacks is made of the shell's AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN,
AWS_REGION (or AWS_DEFAULT_REGION) and AWS_ENDPOINT_URL_S3 (or AWS_ENDPOINT_URL).

What else the file asks for (templates, \${{ expressions }}, other tasks) does not run. The end of the log lists it.

Exit code: 0 succeeded, 1 failed, canceled or not all evaluated, 2 wrong usage, or a file without a step of these tasks.`;

interface Command {
  file: string;
  variables: Record<string, string>;
  connectionsFile: string | undefined;
  sourcesFolder: string | undefined;
  tasksFolder: string;
  nodePath: string | undefined;
  hostType: HostType;
  isDebug: boolean;
  skipsScripts: boolean;
}

/** @throws UsageError */
function parseCommand(argv: string[]): Command | "help" {
  const { values, positionals } = parse(argv);
  if (values.help) return "help";
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) throw new UsageError("Name one pipeline file.");
  if (values.host !== "build" && values.host !== "release") {
    throw new UsageError(`--host is build or release, not '${values.host}'.`);
  }
  assertExists("file", file, "pipeline file");
  assertExists("file", values.connections, "connections file");
  assertExists("folder", values.sources, "sources folder");
  assertExists("file", values.node, "Node.js");
  const tasksFolder = values.tasks ?? resolve(import.meta.dirname, "../dist/extension/tasks");
  assertExists("folder", tasksFolder, 'folder of built tasks (run "npm run build" first)');
  const beside = join(dirname(file), "connections.yml");
  return {
    file,
    variables: Object.fromEntries(values.var.map(parseVariable)),
    connectionsFile: values.connections ?? (existsSync(beside) ? beside : undefined),
    sourcesFolder: values.sources,
    tasksFolder,
    nodePath: values.node,
    hostType: values.host,
    isDebug: values.debug,
    skipsScripts: values["skip-scripts"],
  };
}

function parse(argv: string[]) {
  return parseCommandLine({
    args: argv,
    allowPositionals: true,
    options: {
      var: { type: "string", multiple: true, default: [] },
      connections: { type: "string" },
      sources: { type: "string" },
      tasks: { type: "string" },
      node: { type: "string" },
      host: { type: "string", default: "build" },
      debug: { type: "boolean", default: false },
      "skip-scripts": { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
}

function parseVariable(assignment: string): [name: string, value: string] {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(assignment) ?? [];
  if (name === undefined || value === undefined) throw new UsageError(`--var takes NAME=VALUE, not '${assignment}'.`);
  return [name, value];
}

function assertExists(kind: "file" | "folder", path: string | undefined, what: string): void {
  if (path === undefined) return;
  const found = statSync(path, { throwIfNoEntry: false });
  const isRight = kind === "file" ? found?.isFile() : found?.isDirectory();
  if (!isRight) throw new UsageError(`There is no ${what} at ${path}.`);
}

/** Runs the command and says with which code the process is to exit. */
async function main(argv: string[]): Promise<number> {
  const command = parseCommand(argv);
  if (command === "help") {
    console.log(usage);
    return 0;
  }
  const { connectionsFile } = command;
  const connections = connectionsFile === undefined ? [] : await readConnectionsFile(connectionsFile, process.env);
  const { result } = await runPipeline({
    ...command,
    connections,
    shell: process.env,
    connectionAdvice:
      "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or describe it in connections.yml beside the pipeline file.",
    onLine: (line) => console.log(colour(line)),
    cancel: cancelOnInterrupt(),
  });
  return result === "Succeeded" || result === "SucceededWithIssues" ? 0 : 1;
}

/** Ctrl-C asks the running task to end; a second one changes nothing, the agent's timings see to the end. */
function cancelOnInterrupt(): AbortSignal {
  const cancel = new AbortController();
  process.on("SIGINT", () => cancel.abort());
  process.on("SIGTERM", () => cancel.abort());
  return cancel.signal;
}

/** The colours of the Azure Pipelines log, on a terminal only. */
function colour(line: string): string {
  const tag = /^##\[(section|error|warning|debug)\]/.exec(line)?.[1];
  if (tag === undefined || !process.stdout.isTTY) return line;
  const style = { section: "green", error: "red", warning: "yellow", debug: "magenta" } as const;
  return styleText(style[tag as keyof typeof style], line);
}

main(process.argv.slice(2)).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: Error) => {
    if (error instanceof UsageError) console.error(`${error.message}\nSee --help.`);
    else if (error instanceof NothingToRunError) console.error(error.message);
    else if (error instanceof PipelineError) for (const problem of error.problems) console.error(`##[error]${problem}`);
    else console.error(error);
    process.exitCode = error instanceof UsageError || error instanceof NothingToRunError ? 2 : 1;
  },
);
