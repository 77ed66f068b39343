import { type LoggingCommand, parseLoggingCommand, unescapeCommandText } from "./logging-command.ts";
import type { StepRecord } from "./step-record.ts";
import { type TaskCommand, taskCommands } from "./task-commands.ts";

const documentation = "Please reference documentation (http://go.microsoft.com/fwlink/?LinkId=817296)";

/** What the real agent knows besides and this one does not play. */
const unplayedAreas = new Set(["artifact", "build", "codecoverage", "release", "results", "telemetry"]);
const unplayedTaskEvents = new Set(["logdetail", "settaskvariable", "setendpoint", "prependpath"]);

/**
 * Takes a line of a task's output: a logging command is carried out, anything else goes to the log (the agent's
 * WorkerCommandManager).
 */
export function takeOutputLine(line: string, step: StepRecord): void {
  const command = parseLoggingCommand(line);
  if (command !== undefined) {
    dispatch(command, line, step);
    return;
  }
  if (line.includes("##vso")) {
    step.log.warning(
      `'${line}' contains logging command keyword '##vso', but it's not a legal command. Please see the list of accepted commands: https://go.microsoft.com/fwlink/?LinkId=817296`,
    );
  }
  step.log.output(line);
}

function dispatch(command: LoggingCommand, line: string, step: StepRecord): void {
  const area = command.area.toLowerCase();
  const event = command.event.toLowerCase();
  if (unplayedAreas.has(area) || (area === "task" && unplayedTaskEvents.has(event))) {
    step.log.warning(`The local agent does not play ##vso[${command.area}.${command.event}]: its effect is missing.`);
    return;
  }
  if (area !== "task") {
    step.log.warning(`Cannot find command extension for ##vso[${command.area}.command]. ${documentation}`);
    return;
  }
  try {
    executeIfAllowed(findTaskCommand(command), command, step);
  } catch (error) {
    step.log.error(`Unable to process command '${line}' successfully. ${documentation}`);
    step.log.error((error as Error).message);
    step.commandResult = "Failed";
  }
  if (event !== "debug") step.log.debug(`Processed: ${unescapeCommandText(line)}`);
}

function findTaskCommand({ area, event }: LoggingCommand): TaskCommand {
  const found = taskCommands.get(event.toLowerCase());
  if (found !== undefined) return found;
  throw new Error(`##vso[task.${event}] is not a recognized command for ${area} command extension. ${documentation}.`);
}

function executeIfAllowed(taskCommand: TaskCommand, command: LoggingCommand, step: StepRecord): void {
  const isRestricted = step.definition.restrictions?.commands?.mode?.toLowerCase() === "restricted";
  if (!isRestricted || taskCommand.isAllowedWhenRestricted) {
    taskCommand.execute(step, command);
    return;
  }
  const name = `##vso[${command.area}.${command.event}]`;
  step.log.warning(`${name} is not allowed in this step due to policy restrictions. ${documentation}`);
}
