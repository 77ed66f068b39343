import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ArgumentError, parseEdition, usage } from "./edition.ts";
import { measureStartup } from "./measure-startup.ts";
import { packEdition } from "./pack.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** `npm run package`: builds and packs the extension, and prints what there is to know about the package. */
async function main(argv: readonly string[]): Promise<void> {
  const edition = parseEdition(argv);
  if (edition === "help") {
    console.log(usage);
    return;
  }
  execFileSync(process.execPath, [...process.execArgv, join(root, "scripts/build.ts")], { stdio: "inherit" });
  const vsix = await packEdition(edition);
  console.log(`${vsix}: ${(statSync(join(root, vsix)).size / 1e6).toFixed(2)} MB`);
  if (edition.publisher === undefined) await printStartup();
  else console.log(`Publish it privately: npx tfx extension publish --vsix ${vsix} --share-with ORGANIZATION`);
}

async function printStartup(): Promise<void> {
  const { taskMs, bareMs } = await measureStartup(join(root, "dist/extension/tasks/AwsS3Upload"));
  console.log(
    `AwsS3Upload: first connection ${taskMs.toFixed(0)} ms after the start on Node ${process.versions.node}, ` +
      `${(taskMs / bareMs).toFixed(2)} × a bare node and ${(taskMs - bareMs).toFixed(0)} ms above it`,
  );
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error instanceof ArgumentError ? error.message : error);
  process.exitCode = error instanceof ArgumentError ? 2 : 1;
});
