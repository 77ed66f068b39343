import { debianProgram } from "./debian.ts";
import type { InstallPermission } from "./server.ts";

/** Debian keeps it where only root's PATH leads. */
const program = "/usr/sbin/nginx";

/**
 * The path of nginx, which the tests have cache what a website answers.
 * @throws {Unavailable} if it cannot be had.
 */
export async function installedNginx(permission: InstallPermission): Promise<string> {
  await debianProgram({ program, versionOption: "-v", packages: ["nginx-light"] }, permission);
  return program;
}
