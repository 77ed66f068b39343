import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type DebianProgram, debianProgram } from "./debian.ts";
import { freePort } from "./free-port.ts";
import type { InstallPermission } from "./server.ts";
import { inWorkspace, type Workspace } from "./workspace.ts";

const tinyproxy: DebianProgram = { program: "tinyproxy", versionOption: "-v", packages: ["tinyproxy"] };

/** It takes letters, digits, dots, hyphens and underscores, no more. */
const user = { name: "corp.me", password: "Pass-word_1.2" };

/** Two web proxies of other people's making: one that is open to all of this machine, and one with a password. */
export interface RunningProxies {
  version: string;
  openUrl: string;
  /** With the user and the password, percent-encoded. */
  lockedUrl: string;
  stop(): Promise<void>;
}

/**
 * Starts tinyproxy (https://tinyproxy.github.io) twice.
 * @throws {Unavailable} if it cannot be had.
 */
export async function startTinyproxies(permission: InstallPermission): Promise<RunningProxies> {
  // "tinyproxy 1.11.1"
  const version = (await debianProgram(tinyproxy, permission)).split(" ")[1] ?? "of unknown version";
  return inWorkspace("tinyproxy", async (workspace) => {
    const openUrl = await startTinyproxy(workspace, "open", []);
    const lockedUrl = await startTinyproxy(workspace, "locked", [`BasicAuth ${user.name} ${user.password}`]);
    const credentials = `${encodeURIComponent(user.name)}:${encodeURIComponent(user.password)}`;
    return { version, openUrl, lockedUrl: lockedUrl.replace("//", `//${credentials}@`), stop: () => workspace.close() };
  });
}

/** @returns its URL. */
async function startTinyproxy(workspace: Workspace, name: string, settings: readonly string[]): Promise<string> {
  const port = await freePort();
  const file = join(workspace.folder, `${name}.conf`);
  // Its own bound of 100 connections is low for what the tasks open. Without ConnectPort it tunnels to any port.
  const lines = [`Port ${port}`, "Listen 127.0.0.1", "Allow 127.0.0.1", "MaxClients 1000", "Timeout 600", ...settings];
  await writeFile(file, `${lines.join("\n")}\n`);
  workspace.start("tinyproxy", ["-d", "-c", file]);
  await workspace.listens(port);
  return `http://127.0.0.1:${port}`;
}
