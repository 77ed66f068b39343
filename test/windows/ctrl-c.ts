import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { runTaskProcess } from "../../local/agent/task-process.ts";

/** The program that does what Node cannot do on Windows (`scripts/servers/windows/parent`). */
function windowsParent(): string {
  const parent = process.env.WINDOWS_PARENT;
  if (!parent) throw new Error("WINDOWS_PARENT does not say where the program is: run npm run test:servers -- windows");
  return parent;
}

/** Runs a task's process as the agent does on Windows, where it cancels a step by Ctrl-C. */
export const runWithCtrlC: typeof runTaskProcess = async (task, { onLine, onOutput, cancel }) => {
  const folder = mkdtempSync(join(tmpdir(), "ctrl-c-"));
  const file = join(folder, "press");
  const press = () => writeFileSync(file, "");
  cancel.addEventListener("abort", press, { once: true });
  try {
    const child = spawn(windowsParent(), ["interrupt", file, task.nodePath, task.script], {
      cwd: task.workingDirectory,
      env: task.environment,
      stdio: ["ignore", "pipe", "pipe"],
      // Without a console, so that the program opens one of its own.
      detached: true,
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        onOutput(chunk);
        output += chunk.toString();
        const lines = output.split(/\r?\n/);
        output = lines.pop() ?? "";
        for (const line of lines) onLine(line);
      });
    }
    const [exitCode] = (await once(child, "close")) as [number | null];
    if (output !== "") onLine(output);
    return exitCode;
  } finally {
    cancel.removeEventListener("abort", press);
    rmSync(folder, { recursive: true, force: true });
  }
};

/** A file that another program has open. */
export interface HeldFile {
  readonly released: Promise<unknown>;
  /** Ends the other program. */
  release(): void;
}

/** Holds a file, which no other program can open meanwhile. @returns once it is held. */
export async function holdFile(path: string, milliseconds: number): Promise<HeldFile> {
  const child = spawn(windowsParent(), ["hold", path, String(milliseconds)], { stdio: ["ignore", "pipe", "inherit"] });
  const released = once(child, "exit");
  await once(child.stdout, "data");
  return { released, release: () => child.kill() };
}
