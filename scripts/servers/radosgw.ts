import { type CephCluster, startCephCluster } from "./ceph-cluster.ts";
import { run } from "./command.ts";
import { type DebianProgram, debianProgram } from "./debian.ts";
import { freePort } from "./free-port.ts";
import type { InstallPermission, RunningServer, ServerKind } from "./server.ts";
import { inWorkspace, type Workspace } from "./workspace.ts";

const gateway: DebianProgram = {
  program: "radosgw",
  versionOption: "--version",
  packages: ["radosgw", "ceph-mon", "ceph-osd", "ceph-common"],
};
const accessKeyId = "radosgw-access";
const secretAccessKey = "radosgw-secret";
const websiteDomain = "website.test";

/** The S3 gateway of Ceph (https://docs.ceph.com/en/pacific/radosgw/s3/): an old and strict S3, as many companies run it. */
export const radosgw: ServerKind = { name: "radosgw", suite: "s3", install: installedVersion, start };

async function start(permission: InstallPermission): Promise<RunningServer> {
  const version = await installedVersion(permission);
  return inWorkspace("radosgw", async (workspace) => {
    const cluster = await startCephCluster(workspace);
    const user = [
      "--uid",
      "test",
      "--display-name",
      "test",
      "--access-key",
      accessKeyId,
      "--secret-key",
      secretAccessKey,
    ];
    await run("radosgw-admin", [...cluster.args, "user", "create", ...user]);
    const url = await startGateway(workspace, cluster, ["--rgw_enable_apis=s3, sts, admin"]);
    // A gateway of its own: one that has both takes the API for a website.
    const websiteUrl = await startGateway(workspace, cluster, [
      "--rgw_enable_apis=s3website",
      `--rgw_dns_s3website_name=${websiteDomain}`,
    ]);
    return {
      name: "radosgw",
      version,
      url,
      region: "us-east-1",
      accessKeyId,
      secretAccessKey,
      websites: { url: websiteUrl, hostPattern: `{bucket}.${websiteDomain}` },
      stop: () => workspace.close(),
    };
  });
}

/** One cluster can have several gateways: `role` says what this one speaks. @returns its URL. */
async function startGateway(workspace: Workspace, cluster: CephCluster, role: readonly string[]): Promise<string> {
  const port = await freePort();
  const settings = [
    `--rgw_frontends=beast endpoint=127.0.0.1:${port}`,
    ...role,
    "--rgw_enable_static_website=true",
    // SSE-C: the keys that tests send over loopback are no secrets.
    "--rgw_crypt_require_ssl=false",
  ];
  workspace.start("radosgw", [...cluster.args, "-d", "--name", `client.rgw.${port}`, ...settings]);
  const url = `http://127.0.0.1:${port}`;
  await workspace.answers(url);
  return url;
}

async function installedVersion(permission: InstallPermission): Promise<string> {
  // "ceph version 16.2.15 (…) pacific (stable)"
  return (await debianProgram(gateway, permission)).split(" ")[2] ?? "of unknown version";
}
