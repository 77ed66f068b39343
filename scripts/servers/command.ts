import { execFile } from "node:child_process";
import { promisify } from "node:util";

/**
 * Runs a program to its end.
 * @returns what it wrote to its standard output, trimmed.
 * @throws {Error} with the last lines of its standard error if it fails; its `code` is `ENOENT` where there is no such program.
 */
export async function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, args, {
      env: { ...process.env, ...env },
      timeout: 15 * 60_000,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout.trim();
  } catch (error) {
    const { code, stderr } = error as { code?: string | number; stderr?: string };
    const lastLines = (stderr ?? "").trim().split("\n").slice(-20).join("\n");
    throw Object.assign(new Error(`${program} ${args.join(" ")} failed (${code}).\n${lastLines}`, { cause: error }), {
      code,
    });
  }
}

/** The same, but undefined if there is no such program. */
export async function runIfPresent(program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    return await run(program, args);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return undefined;
    }
    throw error;
  }
}
