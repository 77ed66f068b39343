import { join } from "node:path";
import { run } from "./command.ts";
import { freePort } from "./free-port.ts";
import { installed } from "./installed.ts";
import type { InstallPermission, RunningServer, ServerKind } from "./server.ts";
import { inWorkspace } from "./workspace.ts";

const version = "5.2.5";

/**
 * moto (https://docs.getmoto.org), a stand-in for many AWS services. It needs Python. Its S3 checks neither signatures nor most of what a
 * request says, so no suite of S3 runs against it.
 */
export const moto: ServerKind = { name: "moto", suite: undefined, install: installedProgram, start };

async function start(permission: InstallPermission): Promise<RunningServer> {
  const program = await installedProgram(permission);
  return inWorkspace("moto", async (workspace) => {
    const port = await freePort();
    workspace.start(program, ["--host", "127.0.0.1", "--port", String(port)]);
    const url = `http://127.0.0.1:${port}`;
    await workspace.answers(url);
    return {
      name: "moto",
      version,
      url,
      region: "us-east-1",
      accessKeyId: "moto-access",
      secretAccessKey: "moto-secret",
      stop: () => workspace.close(),
    };
  });
}

function installedProgram(permission: InstallPermission): Promise<string> {
  return installed({ name: `moto-${version}`, program: "bin/moto_server", install }, permission);
}

async function install(folder: string): Promise<void> {
  await run("python3", ["-m", "venv", folder]);
  await run(join(folder, "bin/pip"), ["install", "--quiet", `moto[server]==${version}`]);
}
