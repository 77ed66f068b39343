import type { Browser } from "playwright-core";
import { run } from "./command.ts";
import { debianProgram } from "./debian.ts";
import type { InstallPermission } from "./server.ts";

const PROGRAM = "chromium";

/**
 * The path of Chromium, a browser for the tests to visit sites with, and for the pictures of the documentation.
 * @throws {Unavailable} if it cannot be had.
 */
export async function installedChromium(permission: InstallPermission): Promise<string> {
  await debianProgram({ program: PROGRAM, versionOption: "--version", packages: [PROGRAM] }, permission);
  return run("which", [PROGRAM]);
}

/** Starts Chromium without a window. It ends with this process, if it has not been closed before. */
export async function startChromium(path: string): Promise<Browser> {
  // It takes a second to load, and most who import this file start no browser.
  const { chromium } = await import("playwright-core");
  return chromium.launch({ executablePath: path, args: ["--no-proxy-server"] });
}
