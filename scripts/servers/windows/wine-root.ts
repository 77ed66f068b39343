import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { run, runIfPresent } from "../command.ts";
import { debianProgram } from "../debian.ts";
import { installed } from "../installed.ts";
import { type InstallPermission, Unavailable } from "../server.ts";

/** The first Debian whose Wine runs Node 24. That of Debian 12 aborts. */
const debian = { suite: "trixie", mirror: "http://deb.debian.org/debian" };
const packages = ["wine", "wine64", "ca-certificates"];
const wine = "usr/lib/wine/wine64";
const wineServer = "usr/lib/wine/wineserver64";

/** The settings of Wine: no display, no .NET, no browser, no log of its own. */
const wineEnvironment = [
  "HOME=/root",
  "PATH=/usr/bin:/bin",
  "WINEPREFIX=/root/.wine",
  "WINEDEBUG=-all",
  "WINEDLLOVERRIDES=mscoree,mshtml=",
  "LC_ALL=C.UTF-8",
  "XDG_RUNTIME_DIR=/tmp",
];

/** A folder of this machine, and where Wine sees it, for example `/work`: that is `Z:\work` there. */
export interface MountedFolder {
  readonly folder: string;
  readonly at: string;
}

/**
 * The root of a Debian with Wine in it, which is made if it is missing.
 *
 * @returns its path.
 * @throws {Unavailable} where it cannot be had: it takes root, and a machine that lets root mount folders.
 */
export async function installedWineRoot(permission: InstallPermission): Promise<string> {
  await requireMounts();
  const name = `wine-${debian.suite}`;
  const program = await installed(
    { name, program: join("root", wine), install: (folder) => install(folder, permission) },
    permission,
  );
  return program.slice(0, -wine.length - 1);
}

async function requireMounts(): Promise<void> {
  if (process.platform !== "linux" || process.arch !== "x64" || process.getuid?.() !== 0) {
    throw new Unavailable("Windows' programs are run by Wine, in a Debian of its own: that takes root on Linux (x64)");
  }
  const isAllowed = await run("unshare", ["--mount", "true"]).then(
    () => true,
    () => false,
  );
  if (!isAllowed) throw new Unavailable("this machine does not let root mount folders (unshare --mount)");
}

async function install(folder: string, permission: InstallPermission): Promise<void> {
  await debianProgram({ program: "mmdebstrap", versionOption: "--version", packages: ["mmdebstrap"] }, permission);
  const unfinished = join(folder, "unfinished");
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const options = [
    "--mode=root",
    "--variant=minbase",
    `--include=${packages.join(",")}`,
    `--aptopt=APT::Install-Recommends "0"`,
  ];
  await run("mmdebstrap", [...options, debian.suite, unfinished, await mirror()]);
  const [program, args] = wineCommand(unfinished, [], ["wineboot", "-i"]);
  await run(program, args);
  // What is there under its name is complete.
  await rename(unfinished, join(folder, "root"));
}

/** The mirror from which this machine gets its own packages, which may be the only one it reaches. */
async function mirror(): Promise<string> {
  const indexes = (await runIfPresent("apt-get", ["indextargets", "--format", "$(ORIGIN) $(SITE) $(REPO_URI)"])) ?? "";
  const own = indexes.split("\n").map((line) => /^Debian \S+ (\S+)$/.exec(line)?.[1]);
  return own.find((uri) => uri !== undefined && !uri.includes("security"))?.replace(/\/$/, "") ?? debian.mirror;
}

/** The command, for this machine, that runs a program of Windows with some folders in its sight. */
export function wineCommand(
  root: string,
  mounts: readonly MountedFolder[],
  args: readonly string[],
  {
    environment = {},
    workingFolder = "/",
  }: { environment?: Readonly<Record<string, string>>; workingFolder?: string } = {},
): [program: string, args: string[]] {
  const binds = mounts.map(({ folder, at }) => `mkdir -p "$root${at}" && mount --bind ${quote(folder)} "$root${at}"`);
  const system = ["proc", "dev"].map((name) => `mount --rbind /${name} "$root/${name}"`);
  // Wine's server opens all files. One that an earlier command has left behind does not see what is mounted now.
  const script = [
    "set -e",
    `root=${quote(root)}`,
    ...system,
    ...binds,
    `wine() { chroot "$root" env --ignore-environment --chdir=${quote(workingFolder)} "$@"; }`,
    `wine ${wineEnvironment.map(quote).join(" ")} /${wineServer} --kill || true`,
    'wine "$@"',
  ].join("\n");
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const command = [...wineEnvironment, ...variables, `/${wine}`, ...args];
  return ["unshare", ["--mount", "bash", "-c", script, "bash", ...command]];
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
