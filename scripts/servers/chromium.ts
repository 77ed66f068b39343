import { debianProgram } from "./debian.ts";
import type { InstallPermission } from "./server.ts";

/**
 * The program of Chromium, a browser for the tests to visit sites with.
 * @throws {Unavailable} if it cannot be had.
 */
export async function installedChromium(permission: InstallPermission): Promise<string> {
  const program = "chromium";
  await debianProgram({ program, versionOption: "--version", packages: [program] }, permission);
  return program;
}
