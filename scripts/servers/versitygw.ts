import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./command.ts";
import { freePort } from "./free-port.ts";
import { installed } from "./installed.ts";
import type { InstallPermission, RunningServer, ServerKind } from "./server.ts";
import { inWorkspace } from "./workspace.ts";

const version = "1.8.0";
const accessKeyId = "versitygw-access";
const secretAccessKey = "versitygw-secret";
const region = "us-east-1";

/** Versity S3 Gateway over a folder (https://github.com/versity/versitygw): a strict S3 of today. Its source needs Go. */
export const versitygw: ServerKind = { name: "versitygw", runsSuites: true, start };

async function start(permission: InstallPermission): Promise<RunningServer> {
  const program = await installed({ name: `versitygw-${version}`, program: "versitygw", install }, permission);
  return inWorkspace("versitygw", async (workspace) => {
    const [buckets, versions] = ["buckets", "versions"].map((name) => join(workspace.folder, name)) as [string, string];
    await Promise.all([buckets, versions].map((folder) => mkdir(folder)));
    const address = `127.0.0.1:${await freePort()}`;
    // Without --keep-alive it closes the connection after every response, which S3 does not.
    const settings = ["--port", address, "--region", region, "--keep-alive", "--quiet"];
    // It keeps versions only where it is told a place for them.
    workspace.start(program, [...settings, "posix", "--versioning-dir", versions, buckets], {
      ROOT_ACCESS_KEY_ID: accessKeyId,
      ROOT_SECRET_ACCESS_KEY: secretAccessKey,
    });
    const url = `http://${address}`;
    await workspace.answers(url);
    return { name: "versitygw", version, url, region, accessKeyId, secretAccessKey, stop: () => workspace.close() };
  });
}

async function install(folder: string): Promise<void> {
  await run("go", ["install", `github.com/versity/versitygw/cmd/versitygw@v${version}`], { GOBIN: folder });
}
