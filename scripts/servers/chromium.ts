import { runIfPresent } from "./command.ts";
import { installDebianPackages } from "./debian.ts";
import type { InstallPermission } from "./server.ts";

/**
 * The program of Chromium, a browser for the tests to visit sites with.
 * @throws {Unavailable} where it cannot be had.
 */
export async function installedChromium(permission: InstallPermission): Promise<string> {
  const program = "chromium";
  if ((await runIfPresent(program, ["--version"])) === undefined) await installDebianPackages([program], permission);
  return program;
}
