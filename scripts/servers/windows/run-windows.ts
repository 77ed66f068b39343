import { once } from "node:events";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type MochaResults, readResults } from "../mocha-run.ts";
import { startProcess } from "../process-groups.ts";
import type { InstallPermission } from "../server.ts";
import { Workspace } from "../workspace.ts";
import { installedParent, installedWindowsEsbuild, installedWindowsNode } from "./programs.ts";
import { installedWineRoot, wineCommand } from "./wine-root.ts";

const project = fileURLToPath(new URL("../../..", import.meta.url));

/** Where Wine sees the project, the programs that are installed for it, and the results. */
const [work, programs, results] = ["/windows/work", "/windows/programs", "/windows/results"];

/** Windows' programs, and the Debian that has Wine. */
export interface WindowsMachine {
  readonly root: string;
  readonly node: string;
  readonly esbuild: string;
  readonly parent: string;
}

/** @throws {Unavailable} where it cannot be had. */
export async function installedWindows(version: string, permission: InstallPermission): Promise<WindowsMachine> {
  const root = await installedWineRoot(permission);
  const node = await installedWindowsNode(version, permission);
  const esbuild = await installedWindowsEsbuild(permission);
  return { root, node, esbuild, parent: await installedParent(permission) };
}

/**
 * Runs test files under Windows' Node, one after the other, since Wine is not reliable under load. The server is the embedded one, which
 * runs there too.
 *
 * @param files patterns and options of mocha.
 */
export async function runMochaOnWindows(
  { root, node, esbuild, parent }: WindowsMachine,
  files: readonly string[],
): Promise<MochaResults> {
  const workspace = new Workspace("windows");
  // All programs are kept in folders side by side.
  const cache = dirname(dirname(parent));
  const seen = (path: string) => asWindowsSees(path.replace(cache, programs));
  const mounts = [
    { folder: project, at: work },
    { folder: cache, at: programs },
    { folder: workspace.folder, at: results },
  ];
  const mocha = ["node_modules/mocha/bin/mocha.js", "--no-parallel"];
  const reporter = ["--reporter", "./scripts/servers/counting-reporter.ts"];
  const option = ["--reporter-option", `output=${asWindowsSees(`${results}/results.json`)}`];
  const args = [seen(parent), "run", seen(node), ...mocha, ...reporter, ...option, ...files];
  const environment = {
    ESBUILD_BINARY_PATH: seen(esbuild),
    WINDOWS_PARENT: seen(parent),
    CI: "true",
  };
  try {
    const [program, all] = wineCommand(root, mounts, args, { environment, workingFolder: work });
    const child = startProcess(program, all, { stdio: ["ignore", "inherit", "inherit"] });
    const [exitCode] = (await once(child, "exit")) as [number | null];
    const { counts, operations } = await readResults(join(workspace.folder, "results.json"));
    return { counts: exitCode === 0 ? counts : { ...counts, failed: Math.max(counts.failed, 1) }, operations };
  } finally {
    await workspace.close();
  }
}

/** Wine has the root of the file system as drive Z. */
function asWindowsSees(path: string): string {
  return `Z:${path.replaceAll("/", "\\")}`;
}
