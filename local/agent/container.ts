import { existsSync } from "node:fs";
import { isAbsolute, join, parse, relative } from "node:path";

/** The `container:` of a job. The image is never started: the steps run on this machine. */
export interface JobContainer {
  image: string;
  /** Docker's `source:target[:ro]`. */
  volumes?: readonly string[] | undefined;
}

/** Where a path leads that exists on the machine, but not in the container. */
const hiddenFolder = "not-in-container";

/** Variables of the process that say nothing about files of the job. */
const processVariables = new Set(["PATH", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT"]);

/** What the log says at the start of a container job. */
export function describeContainer({ image }: JobContainer): string[] {
  return [
    `Container job (${image}): the image is not started, the steps run on this machine.`,
    `As in a container: a path that the agent does not mount does not exist (it is shown as ${join(parse(process.cwd()).root, hiddenFolder)}/…), no variables or home folder of the agent's user, no signal when the run is canceled, and a process that is killed counts as exit code 0.`,
    "Not as in a container: programs are those of this machine, and mounted folders keep their paths.",
  ];
}

/**
 * The volumes that have one path inside and outside of the container. Others cannot be had without Docker.
 *
 * @returns the paths of the former, and the latter as they are written.
 */
export function readVolumes({ volumes = [] }: JobContainer): { paths: string[]; unplayed: string[] } {
  const pathOf = (volume: string) => /^((?:[A-Za-z]:)?[^:]+):\1(?::r[ow])?$/.exec(volume)?.[1];
  return {
    paths: volumes.flatMap((volume) => pathOf(volume) ?? []),
    unplayed: volumes.filter((volume) => pathOf(volume) === undefined),
  };
}

/**
 * The environment of a step in a container: values that name a path of the machine which is not mounted lead nowhere.
 * Paths within longer texts are not found.
 *
 * @param mounts absolute paths of folders and files that the container sees.
 */
export function hideHostPaths(
  environment: Readonly<Record<string, string>>,
  mounts: readonly string[],
): Record<string, string> {
  const entries = Object.entries(environment).map(([name, value]) => {
    const isHidden = !processVariables.has(name.toUpperCase()) && isOnHostOnly(value, mounts);
    return [name, isHidden ? hide(value) : value];
  });
  return Object.fromEntries(entries);
}

function isOnHostOnly(path: string, mounts: readonly string[]): boolean {
  if (!isAbsolute(path) || path === parse(path).root || mounts.some((mount) => isWithin(path, mount))) return false;
  return existsSync(path);
}

function isWithin(path: string, folder: string): boolean {
  const below = relative(folder, path);
  return !isAbsolute(below) && below.split(/[\\/]/)[0] !== "..";
}

function hide(path: string): string {
  const { root } = parse(path);
  return join(root, hiddenFolder, path.slice(root.length));
}
