import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./command.ts";

/** Compiles a program that the Go module proxy has, into `folder`. It needs Go. */
export async function installGoProgram(path: string, version: string, folder: string): Promise<void> {
  await run("go", ["install", `${path}@${version}`], { GOBIN: folder });
}

/** A module of Go whose own `go.mod` replaces others: `go install` refuses such a module, unless another one requires it. */
export interface ReplacingModule {
  readonly module: string;
  readonly version: string;
  /** The lines `replace` of its `go.mod`, which count only in the main module. */
  readonly replacements: readonly string[];
}

/** The same for a program of a module that replaces others. @param program - the program's name, also that of its folder in the module. */
export async function installFromReplacingModule(
  { module, version, replacements }: ReplacingModule,
  program: string,
  folder: string,
): Promise<void> {
  const source = join(folder, "source");
  await mkdir(source, { recursive: true });
  const lines = ["module install", `require ${module} ${version}`, ...replacements.map((line) => `replace ${line}`)];
  await writeFile(join(source, "go.mod"), `${lines.join("\n")}\n`);
  const build = ["build", "-C", source, "-mod=mod", "-trimpath", "-ldflags=-s -w", "-o", join(folder, program)];
  await run("go", [...build, `${module}/${program}`]);
}
