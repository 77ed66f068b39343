import { statSync } from "node:fs";
import { basename } from "node:path";
import { minimatch } from "minimatch";
import { escapeCommandText, type LoggingCommand } from "./logging-command.ts";
import type { StepRecord } from "./step-record.ts";
import { type TaskResult, taskResults } from "./task-result.ts";

/** One event of the `task` area. */
export interface TaskCommand {
  /** Whether a task whose `restrictions.commands.mode` is `restricted` may use it. */
  isAllowedWhenRestricted: boolean;
  /** @throws Error with the agent's words, which fails the step. */
  execute: (step: StepRecord, command: LoggingCommand) => void;
}

/** The events that are played, by name in lower case (the agent's TaskCommandExtension). */
export const taskCommands: ReadonlyMap<string, TaskCommand> = new Map<string, TaskCommand>([
  ["debug", { isAllowedWhenRestricted: true, execute: (step, { data }) => step.log.debug(data) }],
  ["logissue", { isAllowedWhenRestricted: true, execute: logIssue }],
  ["issue", { isAllowedWhenRestricted: true, execute: logIssue }],
  ["setprogress", { isAllowedWhenRestricted: true, execute: setProgress }],
  ["complete", { isAllowedWhenRestricted: true, execute: complete }],
  ["setsecret", { isAllowedWhenRestricted: true, execute: (step, { data }) => step.masker.add(data) }],
  ["setvariable", { isAllowedWhenRestricted: true, execute: setVariable }],
  ["uploadsummary", { isAllowedWhenRestricted: false, execute: uploadSummary }],
  ["uploadfile", { isAllowedWhenRestricted: false, execute: uploadFile }],
  ["addattachment", { isAllowedWhenRestricted: false, execute: addAttachment }],
]);

function logIssue(step: StepRecord, { properties, data }: LoggingCommand): void {
  const type = properties.get("type");
  if (type === undefined) {
    step.log.warning("Can't create TaskIssue from logging event.");
    return;
  }
  const message = properties.has("sourcepath") ? codeIssue(properties, data) : data;
  if (type.toLowerCase() === "error") step.log.error(message);
  else if (type.toLowerCase() === "warning") step.log.warning(message);
  else throw new Error(`issue type ${type} is not an expected issue type.`);
}

/** The form in which compilers name a place: `file(line,column): error code: message`. */
function codeIssue(properties: LoggingCommand["properties"], message: string): string {
  const [path, line, column, type, code] = ["sourcepath", "linenumber", "columnnumber", "type", "code"].map(
    (name) => properties.get(name) ?? "",
  );
  return `${path}(${line},${column}): ${type} ${code}: ${message}`;
}

function setProgress(step: StepRecord, { properties, data }: LoggingCommand): void {
  const value = properties.get("value") ?? "";
  const percent = /^\s*[+-]?\d+\s*$/.test(value) ? Math.min(Math.max(Number(value), 0), 100) : 0;
  step.addProgress(percent, data);
}

function complete(step: StepRecord, { properties, data }: LoggingCommand): void {
  const result = (properties.get("result") ?? "").trim();
  if (!isTaskResult(result)) throw new Error("Command doesn't have valid result value.");
  step.complete(result, data, isTrue(properties.get("done")));
}

function setVariable(step: StepRecord, { properties, data }: LoggingCommand): void {
  const name = properties.get("variable");
  if (name === undefined) throw missing("Required field 'variable' is missing in ##vso[task.setvariable] command.");
  if (step.variables.isReadOnly(name)) {
    step.log.warning(`Overwriting readonly variable '${name}'. This behavior will be disabled in the future.`);
  }
  const isSecret = isTrue(properties.get("issecret"));
  if (isSecret) {
    if (data.includes("\n")) throw new Error("Secrets cannot contain multiple lines");
    step.masker.add(escapeCommandText(data));
  }
  if (!isSettable(name, step)) {
    step.log.warning(`Setting variable '${name}' has been disabled by the task or build definition.`);
    return;
  }
  const isOutput = isTrue(properties.get("isoutput"));
  step.setVariable(name, data, { isSecret, isOutput, isReadOnly: isTrue(properties.get("isreadonly")) });
}

function isSettable(name: string, { definition }: StepRecord): boolean {
  const allowed = definition.restrictions?.settableVariables?.allowed;
  return allowed === undefined || allowed.some((pattern) => minimatch(name, pattern, { nocase: true, dot: true }));
}

function uploadSummary(step: StepRecord, { data }: LoggingCommand): void {
  if (data === "") throw new Error("Cannot upload summary file, summary file location is not specified.");
  queueAttachment(step, "DistributedTask.Core.Summary", basename(data), data);
}

function uploadFile(step: StepRecord, { data }: LoggingCommand): void {
  if (data === "") throw new Error("Cannot upload file because file location is not specified.");
  queueAttachment(step, "DistributedTask.Core.FileAttachment", basename(data), data);
}

function addAttachment(step: StepRecord, { properties, data }: LoggingCommand): void {
  const type = properties.get("type");
  if (type === undefined) throw missing("Can't add task attachment, attachment type is not provided.");
  const name = properties.get("name");
  if (name === undefined) throw missing("Can't add task attachment, attachment name is not provided.");
  queueAttachment(step, type, name, data);
}

function queueAttachment(step: StepRecord, type: string, name: string, path: string): void {
  for (const [what, text] of [
    ["Type", type],
    ["Name", name],
  ] as const) {
    if (/[/\0]/.test(text)) throw new Error(`${what} contains invalid characters. (\0, /)`);
  }
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) {
    throw missing(
      "Cannot upload task attachment file, attachment file location is not specified or attachment file does not exist on disk.",
    );
  }
  step.attachments.push({ type, name, path });
}

/** The agent hands its words to .NET's ArgumentNullException as if they were an argument's name. */
function missing(what: string): Error {
  return new Error(`Value cannot be null. (Parameter '${what}')`);
}

function isTaskResult(text: string): text is TaskResult {
  return taskResults.some((result) => result === text);
}

function isTrue(text: string | undefined): boolean {
  return text?.trim().toLowerCase() === "true";
}
