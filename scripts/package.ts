import { execFileSync } from "node:child_process";
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import manifest from "../package.json" with { type: "json" };

const root = fileURLToPath(new URL("..", import.meta.url));
export const vsixPath = join(root, `dist/s3-tasks-${manifest.version}.vsix`);

/** Packs `dist/extension` into a `.vsix` with tfx, which needs no network for that, and tells its size. */
export function packExtension(): void {
  rmSync(vsixPath, { force: true });
  const tfx = join(root, "node_modules/tfx-cli/_build/tfx-cli.js");
  const staging = join(root, "dist/extension");
  const options = ["--root", staging, "--manifest-globs", "vss-extension.json", "--output-path", vsixPath, "--no-prompt"];
  execFileSync(process.execPath, [tfx, "extension", "create", ...options], { stdio: ["ignore", "ignore", "inherit"] });
  console.log(`${vsixPath.slice(root.length)}: ${(statSync(vsixPath).size / 1e6).toFixed(2)} MB`);
}
