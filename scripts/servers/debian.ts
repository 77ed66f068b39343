import { run, runIfPresent } from "./command.ts";
import { type InstallPermission, Unavailable } from "./server.ts";

/**
 * Installs Debian packages, which concerns the whole machine: only where that is permitted, as root.
 * @throws {Unavailable} with the command to run elsewhere.
 */
export async function installDebianPackages(
  packages: readonly string[],
  { mayInstall }: InstallPermission,
): Promise<void> {
  if ((await runIfPresent("apt-get", ["--version"])) === undefined) {
    throw new Unavailable(`not installed; it comes from the Debian packages ${packages.join(" ")}`);
  }
  const install = ["install", "--yes", "--no-install-recommends", ...packages];
  if (!mayInstall || process.getuid?.() !== 0) {
    throw new Unavailable(`not installed; get it with: sudo apt-get ${install.join(" ")}`);
  }
  console.log(`Installing ${packages.join(", ")} …`);
  try {
    await run("apt-get", ["update"]);
    await run("apt-get", install, { DEBIAN_FRONTEND: "noninteractive" });
  } catch (error) {
    throw new Unavailable(`${packages.join(", ")} could not be installed: ${(error as Error).message}`);
  }
}
