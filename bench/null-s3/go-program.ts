import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../../scripts/servers/command.ts";
import { installed } from "../../scripts/servers/installed.ts";

const SOURCE = fileURLToPath(new URL("go", import.meta.url));

/** Compiles the null server that is written in Go, once for each version of its source. @throws {Unavailable} where there is no Go. */
export function builtNullServer(): Promise<string> {
  const hash = createHash("sha256");
  for (const name of readdirSync(SOURCE).sort()) hash.update(readFileSync(join(SOURCE, name)));
  const name = `null-s3-${hash.digest("hex").slice(0, 12)}`;
  return installed({ name, program: "null-s3", install }, { mayInstall: true });
}

async function install(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await run("go", ["build", "-C", SOURCE, "-o", join(folder, "null-s3"), "."]);
}
