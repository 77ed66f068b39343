import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type InstallPermission, Unavailable } from "./server.ts";

/** Where programs are kept that only the tests need; git ignores it, and it may be deleted at any time. */
const cacheFolder = fileURLToPath(new URL("../../.servers", import.meta.url));

/** A program that is installed into a folder of its own. */
export interface Installable {
  /** Name and version, as in `moto-5.2.5`: also the name of its folder. */
  name: string;
  /** Where the program ends up in that folder. */
  program: string;
  install(folder: string): Promise<void>;
}

const asked = new Map<string, Promise<string>>();

/**
 * The path of a program, which is installed first where it is missing and that is permitted. Asked for again, it waits for the first time.
 * @throws {Unavailable} if it is missing and may not, or cannot, be installed.
 */
export function installed(installable: Installable, permission: InstallPermission): Promise<string> {
  const known = asked.get(installable.name);
  if (known !== undefined) return known;
  const program = presentOrInstalled(installable, permission);
  asked.set(installable.name, program);
  return program;
}

async function presentOrInstalled(installable: Installable, { mayInstall }: InstallPermission): Promise<string> {
  if (process.platform === "win32") throw new Unavailable(`${installable.name} is not run on Windows`);
  const folder = join(cacheFolder, installable.name);
  const program = join(folder, installable.program);
  if (existsSync(program)) {
    return program;
  }
  if (!mayInstall) {
    throw new Unavailable(`${installable.name} is not installed; get it with: npm run test:servers -- --install`);
  }
  console.log(`Installing ${installable.name} …`);
  try {
    await installable.install(folder);
  } catch (error) {
    throw new Unavailable(`${installable.name} could not be installed: ${(error as Error).message}`);
  }
  return program;
}
