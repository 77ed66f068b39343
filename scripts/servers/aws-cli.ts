import { join } from "node:path";
import { run } from "./command.ts";
import { installed } from "./installed.ts";
import type { InstallPermission } from "./server.ts";

export const awsCliVersion = "1.46.2";

/**
 * The path of aws-cli, a client of other people's making, which reads back what the tasks have stored. It needs Python.
 * @throws {Unavailable} if it cannot be had.
 */
export function installedAwsCli(permission: InstallPermission): Promise<string> {
  const install = async (folder: string): Promise<void> => {
    await run("python3", ["-m", "venv", folder]);
    await run(join(folder, "bin/pip"), ["install", "--quiet", `awscli==${awsCliVersion}`]);
  };
  return installed({ name: `aws-cli-${awsCliVersion}`, program: "bin/aws", install }, permission);
}
