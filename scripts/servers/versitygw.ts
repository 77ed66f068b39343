import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { localhostTls } from "../../local/s3/localhost-tls.ts";
import { freePort } from "./free-port.ts";
import { installGoProgram } from "./go-program.ts";
import { installed } from "./installed.ts";
import type { InstallPermission, RunningServer, ServerKind } from "./server.ts";
import { inWorkspace, type Workspace } from "./workspace.ts";

const version = "1.8.0";
const accessKeyId = "versitygw-access";
const secretAccessKey = "versitygw-secret";
const region = "us-east-1";
const websiteDomain = "website.test";

/** Versity S3 Gateway over a folder (https://github.com/versity/versitygw): a strict S3 of today. Its source needs Go. */
export const versitygw: ServerKind = { name: "versitygw", suite: "s3", install: installedProgram, start };

async function start(permission: InstallPermission): Promise<RunningServer> {
  const program = await installedProgram(permission);
  return inWorkspace("versitygw", async (workspace) => {
    const [buckets, versions] = ["buckets", "versions"].map((name) => join(workspace.folder, name)) as [string, string];
    await Promise.all([buckets, versions].map((folder) => mkdir(folder)));
    // It keeps versions only if it gets a folder for them.
    const backend = ["posix", "--versioning-dir", versions, buckets];
    const websitePort = await freePort();
    const websites = ["--website", `127.0.0.1:${websitePort}`, "--website-domain", websiteDomain];
    const url = await startGateway(workspace, "http", program, [...websites, ...backend]);
    await workspace.listens(websitePort);
    const [caFile, keyFile] = ["certificate.pem", "key.pem"].map((name) => join(workspace.folder, name)) as [
      string,
      string,
    ];
    await Promise.all([writeFile(caFile, localhostTls.cert), writeFile(keyFile, localhostTls.key)]);
    const tlsUrl = await startGateway(workspace, "https", program, ["--cert", caFile, "--key", keyFile, ...backend]);
    return {
      name: "versitygw",
      version,
      url,
      region,
      accessKeyId,
      secretAccessKey,
      tls: { url: tlsUrl, caFile },
      websites: { url: `http://127.0.0.1:${websitePort}`, hostPattern: `{bucket}.${websiteDomain}` },
      stop: () => workspace.close(),
    };
  });
}

/** Several gateways may stand over one folder. @returns the URL of this one. */
async function startGateway(
  workspace: Workspace,
  protocol: "http" | "https",
  program: string,
  settings: readonly string[],
): Promise<string> {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  // Without --keep-alive it closes the connection after every response, which S3 does not.
  const always = ["--port", address, "--region", region, "--keep-alive", "--quiet"];
  workspace.start(program, [...always, ...settings], {
    ROOT_ACCESS_KEY_ID: accessKeyId,
    ROOT_SECRET_ACCESS_KEY: secretAccessKey,
  });
  await workspace.listens(port);
  return `${protocol}://${address}`;
}

function installedProgram(permission: InstallPermission): Promise<string> {
  return installed({ name: `versitygw-${version}`, program: "versitygw", install }, permission);
}

async function install(folder: string): Promise<void> {
  await installGoProgram("github.com/versity/versitygw/cmd/versitygw", `v${version}`, folder);
}
