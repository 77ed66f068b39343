import { isMap, isScalar, LineCounter, type Pair, parseDocument, type Scalar, visit, type YAMLMap } from "yaml";
import { PipelineError } from "../pipeline/pipeline-error.ts";
import { findDifferences } from "./differences.ts";
import { isOwnTask, type ToolkitTask, toolkitTaskOf } from "./toolkit-tasks.ts";

/** What to do with the service connections of a pipeline. */
export interface MigrationChoices {
  /** The connections of type AWS S3 by the names of the AWS Toolkit's, in lower case; "*" is for all others. The toolkit's are kept if none is named. */
  readonly connections?: ReadonlyMap<string, string>;
}

/** What a person is to look at. */
export interface Remark {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

export interface Migration {
  /** The pipeline file as it is to be. */
  readonly text: string;
  /** How many steps were rewritten. */
  readonly steps: number;
  readonly remarks: readonly Remark[];
}

/** A part of the text, and what takes its place. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Rewrites the steps of a pipeline file that use the AWS Toolkit's S3Upload and S3Download. Only these parts of the text change:
 * comments, quotes and layout stay as they are. Steps that were rewritten before get the connections that are chosen now.
 *
 * @throws PipelineError if the text is not YAML.
 */
export function rewritePipeline(source: string, choices: MigrationChoices = {}): Migration {
  const lines = new LineCounter();
  const document = parseDocument(source, { schema: "failsafe", lineCounter: lines, prettyErrors: false });
  const problems = document.errors.map(({ message, pos }) => `Line ${lines.linePos(pos[0]).line}: ${message}`);
  if (problems.length > 0) throw new PipelineError(problems);
  const edits: Edit[] = [];
  const remarks: Remark[] = [];
  let steps = 0;
  visit(document, {
    Map(_, step) {
      const template = pairOf(step, "template")?.value;
      if (isScalar(template)) {
        remarks.push({
          line: lineOf(template, lines),
          text: `The template ${template.value} is another file. If it has such steps, run this command for it too.`,
        });
      }
      const reference = pairOf(step, "task")?.value;
      if (!isScalar<string>(reference)) return;
      const remark = (text: string, at: unknown = reference) => void remarks.push({ line: lineOf(at, lines), text });
      const inputs = pairOf(step, "inputs")?.value;
      const exchange = isOwnTask(reference.value) && isMap(inputs) ? exchangeConnection(inputs, source, choices) : [];
      if (exchange.length > 0) steps++;
      edits.push(...exchange);
      const task = toolkitTaskOf(reference.value);
      if (task === "other") remark(`${reference.value} is not an S3 task: it stays a task of the AWS Toolkit.`);
      if (task === undefined || task === "other") return;
      steps++;
      edits.push(replaceValue(reference, task.newReference, source));
      if (isMap(inputs)) edits.push(...rewriteInputs(inputs, task, source, choices, remark));
    },
  });
  return { text: applyEdits(source, edits), steps, remarks: remarks.sort((one, other) => one.line - other.line) };
}

type Remarks = (text: string, at?: unknown) => void;

function rewriteInputs(
  inputs: YAMLMap,
  task: ToolkitTask,
  source: string,
  choices: MigrationChoices,
  remark: Remarks,
): Edit[] {
  const values = new Map(
    inputs.items.flatMap(({ key, value }) => {
      const name = task.inputs.find((each) => each.toLowerCase() === String(key).toLowerCase());
      if (name === undefined) remark(`${key} is not an input of ${task.name}. Remove it.`, key);
      return name === undefined ? [] : [[name, isScalar(value) ? String(value.value ?? "") : ""] as const];
    }),
  );
  for (const { input, text } of findDifferences(task, values)) remark(text, pairOf(inputs, input)?.key);
  return [
    ...rewriteConnection(pairOf(inputs, "awsCredentials"), source, choices, remark),
    ...doubleSlash(pairOf(inputs, task.keyPrefix), source, remark),
    ...(task.name === "S3Download" ? keepPrefix(inputs, values, source) : []),
  ];
}

/** The connection of a step: another one by its name, or the same one in the input for the toolkit's. */
function rewriteConnection(pair: Pair | undefined, source: string, choices: MigrationChoices, remark: Remarks): Edit[] {
  if (!pair || !isScalar(pair.key) || !isScalar<string>(pair.value) || !pair.value.value) return [];
  const name = pair.value.value;
  const other = chosenConnection(name, choices);
  if (other !== undefined) return [replaceValue(pair.value, other, source)];
  remark(
    `The step still uses the AWS Toolkit's service connection ${name}. To use one of type AWS S3, run this command again with --connection NAME.`,
    pair.key,
  );
  return [replaceValue(pair.key, "toolkitCredentials", source)];
}

/** Another connection for a step that was rewritten before. Of a step with both inputs, nobody knows which one is right. */
function exchangeConnection(inputs: YAMLMap, source: string, choices: MigrationChoices): Edit[] {
  const pair = pairOf(inputs, "toolkitCredentials");
  if (!pair || !isScalar(pair.key) || !isScalar<string>(pair.value) || !pair.value.value) return [];
  const other = chosenConnection(pair.value.value, choices);
  if (other === undefined || pairOf(inputs, "awsCredentials")) return [];
  return [replaceValue(pair.key, "awsCredentials", source), replaceValue(pair.value, other, source)];
}

/** What takes the place of a connection, if anything does. */
function chosenConnection(name: string, { connections }: MigrationChoices): string | undefined {
  return connections?.get(name.toLowerCase()) ?? connections?.get("*");
}

/** The toolkit stores keys with the slash with which its prefix starts. Here, one slash in front means nothing. */
function doubleSlash(pair: Pair | undefined, source: string, remark: Remarks): Edit[] {
  if (!pair || !isScalar<string>(pair.value) || !String(pair.value.value ?? "").startsWith("/")) return [];
  const path = String(pair.value.value);
  remark(
    `The AWS Toolkit's keys start with / here, so ${path} became /${path}. If you want keys without it, write ${path.replace(/^\/+/, "") || "nothing"}.`,
    pair.key,
  );
  return [replaceValue(pair.value, `/${path}`, source)];
}

/** The toolkit's files have the path of the whole key. */
function keepPrefix(inputs: YAMLMap, values: ReadonlyMap<string, string>, source: string): Edit[] {
  const folder = pairOf(inputs, "sourceFolder");
  const isFlat = values.get("flattenFolders")?.toLowerCase() === "true";
  if (!folder || !values.get("sourceFolder") || isFlat || pairOf(inputs, "keepPrefix")) return [];
  const { range: keyRange } = folder.key as Scalar;
  const { range } = folder.value as Scalar;
  if (!range || !keyRange) return [];
  if (inputs.flow) return [{ start: range[1], end: range[1], text: ", keepPrefix: true" }];
  const startOfLine = source.lastIndexOf("\n", keyRange[0] - 1) + 1;
  const indentation = " ".repeat(keyRange[0] - startOfLine);
  const lineEnd = source.includes("\r\n") ? "\r\n" : "\n";
  return [{ start: keyRange[0], end: keyRange[0], text: `keepPrefix: true${lineEnd}${indentation}` }];
}

function pairOf(map: YAMLMap, name: string): Pair | undefined {
  return map.items.find(({ key }) => String(key).toLowerCase() === name.toLowerCase());
}

/** A scalar of one line with another value, in the quotes that it has. */
function replaceValue({ range, type }: Scalar, text: string, source: string): Edit {
  const [start, end] = range ?? [0, 0];
  const quote = type === "QUOTE_SINGLE" || type === "QUOTE_DOUBLE" ? (source[start] ?? "") : "";
  return { start, end, text: quote + text + quote };
}

function lineOf(node: unknown, lines: LineCounter): number {
  return lines.linePos((node as Scalar).range?.[0] ?? 0).line;
}

function applyEdits(source: string, edits: readonly Edit[]): string {
  return [...edits]
    .sort((one, other) => other.start - one.start)
    .reduce((text, { start, end, text: replacement }) => text.slice(0, start) + replacement + text.slice(end), source);
}
