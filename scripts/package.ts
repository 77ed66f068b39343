import { execFileSync } from "node:child_process";
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import manifest from "../package.json" with { type: "json" };
import { measureStartup } from "./measure-startup.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const staging = join(root, "dist/extension");
const vsix = `dist/s3-tasks-${manifest.version}.vsix`;

/** Packs `dist/extension` with tfx, which needs no network for that. */
function pack(): void {
  rmSync(join(root, vsix), { force: true });
  const tfx = join(root, "node_modules/tfx-cli/_build/tfx-cli.js");
  const options = ["--manifest-globs", "vss-extension.json", "--output-path", join(root, vsix), "--no-prompt"];
  execFileSync(process.execPath, [tfx, "extension", "create", "--root", staging, ...options], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}

pack();
const { taskMs, bareMs } = await measureStartup(join(staging, "tasks/AwsS3Upload"));
console.log(`${vsix}: ${(statSync(join(root, vsix)).size / 1e6).toFixed(2)} MB`);
console.log(
  `AwsS3Upload: first request ${taskMs.toFixed(0)} ms after the start on Node ${process.versions.node}, ` +
    `${(taskMs / bareMs).toFixed(2)} × a bare node and ${(taskMs - bareMs).toFixed(0)} ms above it`,
);
