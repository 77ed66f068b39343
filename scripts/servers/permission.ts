import type { InstallPermission } from "./server.ts";

/** CI always installs what it tests with; a developer asks for it by `--install`. */
export function installPermission(args: readonly string[], env: NodeJS.ProcessEnv): InstallPermission {
  return { mayInstall: args.includes("--install") || env.CI === "true" };
}
