import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import manifest from "../../package.json" with { type: "json" };
import { measureCommand } from "../measured-run.ts";
import type { BenchServer } from "../servers.ts";
import type { Tool } from "../tools.ts";
import { memoryFolder } from "../work-folders.ts";

const PROGRAMS = [
  { name: "client-s3 and lib-storage", source: "sdk-program.ts" },
  { name: `undici ${manifest.devDependencies.undici}, our signer`, source: "undici-program.ts" },
];

/** Programs that do what the tasks do by other HTTP clients: each one file, as the tasks are. */
export async function otherClients(): Promise<Tool[]> {
  const folder = memoryFolder("clients");
  writeFileSync(join(folder.path, "package.json"), '{ "type": "module" }');
  return Promise.all(PROGRAMS.map(({ name, source }) => clientTool(name, source, folder.path)));
}

async function clientTool(name: string, source: string, folder: string): Promise<Tool> {
  const program = join(folder, source.replace(".ts", ".js"));
  await build({
    entryPoints: [fileURLToPath(new URL(source, import.meta.url))],
    bundle: true,
    minify: true,
    platform: "node",
    target: "node20",
    format: "esm",
    outfile: program,
    // What is CommonJS in them asks for it.
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
  const run = (direction: string, server: BenchServer, bucket: string, files: string) =>
    measureCommand(server, process.execPath, [program, direction, server.url, bucket, files], environment(server));
  return {
    name,
    upload: (server, files, bucket) => run("upload", server, bucket, files),
    download: (server, bucket, files) => run("download", server, bucket, files),
  };
}

function environment({ accessKeyId, secretAccessKey, caFile }: BenchServer): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: "us-east-1",
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    ...(caFile ? { NODE_EXTRA_CA_CERTS: caFile } : {}),
  };
}
