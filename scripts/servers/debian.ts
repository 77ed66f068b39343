import { run, runIfPresent } from "./command.ts";
import { type InstallPermission, Unavailable } from "./server.ts";

/** A program that Debian packs. */
export interface DebianProgram {
  readonly program: string;
  /** The arguments with which it prints its version and ends. */
  readonly versionOption: string;
  readonly packages: readonly string[];
}

const told = new Map<string, Promise<string>>();

/**
 * Makes sure of a program, whose packages are installed first where they are missing and that is permitted: as root, since it concerns the
 * whole machine. Asked for again, it waits for the first time.
 * @returns what the program says of its version.
 * @throws {Unavailable} with the command to run elsewhere.
 */
export function debianProgram(wanted: DebianProgram, permission: InstallPermission): Promise<string> {
  const known = told.get(wanted.program);
  if (known !== undefined) return known;
  const version = inTurn(() => presentOrInstalled(wanted, permission));
  told.set(wanted.program, version);
  return version;
}

async function presentOrInstalled(
  { program, versionOption, packages }: DebianProgram,
  permission: InstallPermission,
): Promise<string> {
  const version = await runIfPresent(program, [versionOption]);
  if (version !== undefined) return version;
  await installPackages(packages, permission);
  return run(program, [versionOption]);
}

async function installPackages(packages: readonly string[], { mayInstall }: InstallPermission): Promise<void> {
  if ((await runIfPresent("apt-get", ["--version"])) === undefined) {
    throw new Unavailable(`not installed; it comes from the Debian packages ${packages.join(" ")}`);
  }
  const install = ["install", "--yes", "--no-install-recommends", ...packages];
  if (!mayInstall || process.getuid?.() !== 0) {
    throw new Unavailable(`not installed; get it with: sudo apt-get ${install.join(" ")}`);
  }
  console.log(`Installing ${packages.join(", ")} …`);
  try {
    await updatePackageLists();
    await run("apt-get", install, { DEBIAN_FRONTEND: "noninteractive" });
  } catch (error) {
    throw new Unavailable(`${packages.join(", ")} could not be installed: ${(error as Error).message}`);
  }
}

/** Downloads packages into a folder, and installs none of them. */
export function downloadDebianPackages(packages: readonly string[], folder: string): Promise<void> {
  return inTurn(async () => {
    if (process.getuid?.() === 0) await updatePackageLists();
    // It downloads to where it is.
    await run("sh", ["-c", 'cd "$0" && apt-get download "$@"', folder, ...packages]);
  });
}

let update: Promise<unknown> | undefined;

async function updatePackageLists(): Promise<void> {
  update ??= run("apt-get", ["update"]);
  await update;
}

let lastTurn: Promise<unknown> = Promise.resolve();

/** One after another, since an apt-get refuses to run beside another one. */
function inTurn<T>(act: () => Promise<T>): Promise<T> {
  const turn = lastTurn.then(act, act);
  lastTurn = turn;
  return turn;
}
