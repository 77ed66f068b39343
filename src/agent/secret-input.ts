import internal from "azure-pipelines-task-lib/internal.js";
import * as tl from "azure-pipelines-task-lib/task.js";

/**
 * Reads an input that is a secret, and has the agent mask it. `getInput` would write the text into the debug log before it can
 * be masked, hence the way past it.
 */
export function readSecretInput(name: string): string {
  const text = internal._vault.retrieveSecret(`INPUT_${internal._getVariableKey(name)}`) ?? "";
  maskSecret(text);
  tl.debug(`${name}=${text === "" ? "" : "***"}`);
  return text;
}

/** Has the agent mask a text from here on: each of its lines, since the agent knows secrets of one line alone. */
export function maskSecret(text: string): void {
  for (const line of text.split(/[\r\n]+/)) if (line.trim() !== "") tl.setSecret(line.trim());
}
