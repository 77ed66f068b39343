import { randomUUID } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./command.ts";
import { freePort } from "./free-port.ts";
import type { Workspace } from "./workspace.ts";

/** The smallest cluster that a radosgw can stand on: one monitor, one storage daemon that keeps its data in memory. */
export interface CephCluster {
  /** The arguments that point a program of Ceph at this cluster. */
  args: readonly string[];
}

/** Starts a cluster in `workspace`. It has no manager daemon: that one gathers statistics, which nothing here reads. */
export async function startCephCluster(workspace: Workspace): Promise<CephCluster> {
  const { folder } = workspace;
  const clusterId = randomUUID();
  const monitor = `v2:127.0.0.1:${await freePort()}`;
  const configuration = join(folder, "ceph.conf");
  await writeFile(configuration, configurationText(folder, clusterId, monitor));
  await Promise.all(["mon", "osd"].map((daemon) => mkdir(join(folder, daemon))));
  const args = ["--conf", configuration];

  const monitorMap = join(folder, "monmap");
  await run("monmaptool", ["--create", "--fsid", clusterId, "--addv", "a", `[${monitor}]`, monitorMap]);
  await run("ceph-mon", [...args, "--mkfs", "--id", "a", "--monmap", monitorMap]);
  workspace.start("ceph-mon", [...args, "-d", "--id", "a"]);

  const storageId = randomUUID();
  await run("ceph", [...args, "--connect-timeout", "60", "osd", "new", storageId]);
  await run("ceph-osd", [...args, "--mkfs", "--id", "0", "--osd-uuid", storageId]);
  workspace.start("ceph-osd", [...args, "-d", "--id", "0"]);
  return { args };
}

/** https://docs.ceph.com/en/pacific/rados/configuration/ */
function configurationText(folder: string, clusterId: string, monitor: string): string {
  return `[global]
fsid = ${clusterId}
mon_host = ${monitor}
ms_bind_msgr1 = false
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1

# No keys. A radosgw asks its monitor for encryption by default, which there is none of without keys.
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
ms_mon_client_mode = crc

run_dir = ${folder}
admin_socket = ${folder}/$name.asok
crash_dir = ${folder}
log_file =
debug_rocksdb = 0
mon_data = ${folder}/mon
osd_data = ${folder}/osd

# One copy of everything, in memory, in pools as small as can be.
osd_objectstore = memstore
memstore_device_bytes = 8G
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 8
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true

# A monitor waits a second before it settles a change, for others to join in, and stops where the disk is nearly full.
paxos_propose_interval = 0.05
paxos_min_wait = 0.01
mon_data_avail_warn = 0
mon_data_avail_crit = 0
`;
}
