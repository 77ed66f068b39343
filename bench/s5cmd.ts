import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../scripts/servers/command.ts";
import { installed } from "../scripts/servers/installed.ts";
import { measureCommand } from "./measured-run.ts";
import type { Sample } from "./sample.ts";
import type { BenchServer } from "./servers.ts";
import type { Tool } from "./tools.ts";

export const s5cmdVersion = "2.3.0";
const PACKAGE = "github.com/peak/s5cmd/v2";

/** s5cmd with its defaults, among them 256 workers. */
export interface S5cmd extends Tool {
  /** Uploads what differs in size or is newer. */
  sync(server: BenchServer, folder: string, bucket: string): Promise<Sample>;
}

/** @throws {Unavailable} if it cannot be had: it takes Go. */
export async function installedS5cmd(): Promise<S5cmd> {
  const program = await installed({ name: `s5cmd-${s5cmdVersion}`, program: "s5cmd", install }, { mayInstall: true });
  const measure = (server: BenchServer, ...command: string[]) =>
    // Without a line for each file, which would take it a little longer.
    measureCommand(server, program, ["--log", "error", "--endpoint-url", server.url, ...command], environment(server));
  return {
    name: "s5cmd",
    upload: (server, folder, bucket) => measure(server, "cp", `${folder}/`, `s3://${bucket}/`),
    download: (server, bucket, folder) => measure(server, "cp", `s3://${bucket}/*`, `${folder}/`),
    sync: (server, folder, bucket) => measure(server, "sync", `${folder}/`, `s3://${bucket}/`),
  };
}

function environment({ accessKeyId, secretAccessKey, caFile }: BenchServer): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: "us-east-1",
    ...(caFile ? { AWS_CA_BUNDLE: caFile } : {}),
  };
}

/** From a module that requires it: `go install` asks which versions there are, and not every proxy of modules tells. */
async function install(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "go.mod"), `module peer\n\nrequire ${PACKAGE} v${s5cmdVersion}\n`);
  await run("go", ["build", "-C", folder, "-mod=mod", "-o", join(folder, "s5cmd"), PACKAGE]);
}
