import { run } from "./command.ts";

/** Compiles a program that the Go module proxy has, into `folder`. It needs Go. */
export async function installGoProgram(path: string, version: string, folder: string): Promise<void> {
  await run("go", ["install", `${path}@${version}`], { GOBIN: folder });
}
