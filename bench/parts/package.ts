import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import manifest from "../../package.json" with { type: "json" };
import { run } from "../../scripts/servers/command.ts";
import { limitFinding, type Part } from "../part.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The extension as the marketplace gets it. */
export const packageSize: Part = {
  name: "package",
  async run() {
    await run(process.execPath, ["--import", "tsx", `${root}/scripts/package.ts`]);
    const { size } = statSync(`${root}/dist/s3-tasks-${manifest.version}.vsix`);
    return [limitFinding("package", size / 1e6, 3, "MB", 2)];
  },
};
