import internal from "azure-pipelines-task-lib/internal.js";
import * as tl from "azure-pipelines-task-lib/task.js";

/** Reads a secret input and masks it. `getInput` is not used, because it would write the text to the debug log before it is masked. */
export function readSecretInput(name: string): string {
  const text = internal._vault.retrieveSecret(`INPUT_${internal._getVariableKey(name)}`) ?? "";
  maskSecret(text);
  tl.debug(`${name}=${text === "" ? "" : "***"}`);
  return text;
}

/** Masks a text in the log from now on. Each line is masked separately, because the agent only masks secrets of one line. */
export function maskSecret(text: string): void {
  for (const line of text.split(/[\r\n]+/)) if (line.trim() !== "") tl.setSecret(line.trim());
}
