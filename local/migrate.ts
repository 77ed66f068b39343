import { readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { parseCommandLine, UsageError } from "./command-line.ts";
import { type Migration, rewritePipeline } from "./migrate/rewrite-pipeline.ts";
import { PipelineError } from "./pipeline/pipeline-error.ts";

const usage = `Usage: npm run migrate -- FILE.yml ... [options]

Rewrites the steps of pipeline files that use S3Upload@1 and S3Download@1 of the AWS Toolkit: they use AwsS3Upload@1 and
AwsS3Download@1 then. The rest of each file stays as it is. Lists what to look at.

  --connection NAME       the service connection of type AWS S3 that the steps are to use
  --connection OLD=NEW    the same, for steps that use the connection OLD; may be given again and again
  --print                 writes the new text to standard output, and changes no file

Without --connection, the steps keep the AWS Toolkit's connections (toolkitCredentials). Run the command again with --connection to
exchange them later.

Exit code: 0 all is rewritten or there was nothing to do, 1 a file is not YAML or cannot be read or written, 2 wrong usage.`;

function parse(argv: string[]) {
  return parseCommandLine({
    args: argv,
    allowPositionals: true,
    options: {
      connection: { type: "string", multiple: true, default: [] },
      print: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
}

/** `NAME` stands for all connections that have no line of their own. */
function parseConnection(argument: string): [old: string, name: string] {
  const [, old = "*", name = ""] = /^(?:([^=]+)=)?(.+)$/.exec(argument) ?? [];
  if (name === "") throw new UsageError(`--connection takes NAME or OLD=NEW, not '${argument}'.`);
  return [old.toLowerCase(), name];
}

/** @throws PipelineError whose problems name the file */
function rewriteNamed(name: string, source: string, connections: ReadonlyMap<string, string>): Migration {
  try {
    return rewritePipeline(source, { connections });
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    throw new PipelineError(error.problems.map((problem) => `${name}: ${problem}`));
  }
}

/** Says what was done with a file, and what to look at. */
function report(file: string, { steps, remarks }: Migration): string[] {
  const done = steps === 0 ? "no step to rewrite" : `${steps} ${steps === 1 ? "step" : "steps"} rewritten`;
  return [`${file}: ${done}`, ...remarks.map(({ line, text }) => `  line ${line}: ${text}`)];
}

/** Runs the command and says with which code the process is to exit. */
async function main(argv: string[]): Promise<number> {
  const { values, positionals: files } = parse(argv);
  if (values.help) {
    console.log(usage);
    return 0;
  }
  if (files.length === 0) throw new UsageError("Name one or more pipeline files.");
  const connections = new Map(values.connection.map(parseConnection));
  // With --print, standard output has the new text and nothing else.
  const say = values.print ? console.error : console.log;
  let rewritten = 0;
  for (const file of files) {
    const source = await readFile(file, "utf8");
    const migration = rewriteNamed(basename(file), source, connections);
    rewritten += migration.steps;
    if (values.print) process.stdout.write(migration.text);
    else if (migration.text !== source) await writeFile(file, migration.text);
    say(report(basename(file), migration).join("\n"));
  }
  if (rewritten > 0) {
    say(
      "Next: run the pipeline once with dryRun: true in these steps, and read the log. docs/migrating.md has all differences.",
    );
  }
  return 0;
}

main(process.argv.slice(2)).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: Error) => {
    const problems = error instanceof PipelineError ? error.problems : [error.message];
    for (const problem of problems) console.error(problem);
    if (error instanceof UsageError) console.error("See --help.");
    process.exitCode = error instanceof UsageError ? 2 : 1;
  },
);
