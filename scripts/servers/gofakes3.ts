import { freePort } from "./free-port.ts";
import { installGoProgram } from "./go-program.ts";
import { installed } from "./installed.ts";
import type { InstallPermission, RunningServer, ServerKind } from "./server.ts";
import { inWorkspace } from "./workspace.ts";

const version = "1.2.0";

/**
 * gofakes3 (https://github.com/johannesboyne/gofakes3), also the S3 server in rclone: it has objects and little else, and takes
 * what it does not know for something else. It checks no signatures. Its source needs Go.
 */
export const gofakes3: ServerKind = { name: "gofakes3", suite: "stores", install: installedProgram, start };

async function start(permission: InstallPermission): Promise<RunningServer> {
  const program = await installedProgram(permission);
  return inWorkspace("gofakes3", async (workspace) => {
    const port = await freePort();
    workspace.start(program, ["-backend", "memory", "-host", `127.0.0.1:${port}`, "-quiet"]);
    const url = `http://127.0.0.1:${port}`;
    await workspace.answers(url);
    return {
      name: "gofakes3",
      version,
      url,
      region: "us-east-1",
      accessKeyId: "gofakes3-access",
      secretAccessKey: "gofakes3-secret",
      stop: () => workspace.close(),
    };
  });
}

function installedProgram(permission: InstallPermission): Promise<string> {
  const install = (folder: string) =>
    installGoProgram("github.com/johannesboyne/gofakes3/cmd/gofakes3", `v${version}`, folder);
  return installed({ name: `gofakes3-${version}`, program: "gofakes3", install }, permission);
}
