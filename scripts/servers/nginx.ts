import { runIfPresent } from "./command.ts";
import { installDebianPackages } from "./debian.ts";
import type { InstallPermission } from "./server.ts";

/** Debian keeps it where only root's PATH leads. */
const program = "/usr/sbin/nginx";

/**
 * The path of nginx, which the tests have cache what a website answers.
 * @throws {Unavailable} where it cannot be had.
 */
export async function installedNginx(permission: InstallPermission): Promise<string> {
  if ((await runIfPresent(program, ["-v"])) === undefined) await installDebianPackages(["nginx-light"], permission);
  return program;
}
