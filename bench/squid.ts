import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type DebianProgram, debianProgram } from "../scripts/servers/debian.ts";
import { freePort } from "../scripts/servers/free-port.ts";
import { inWorkspace } from "../scripts/servers/workspace.ts";
import { type NetworkNamespace, UNLIMITED_ADDRESS } from "./network-namespace.ts";

const squid: DebianProgram = { program: "squid", versionOption: "-v", packages: ["squid"] };

/** A proxy of which companies have many. It keeps connections on both sides, unlike tinyproxy. */
export interface RunningSquid {
  url: string;
  stop(): Promise<void>;
}

/**
 * Starts Squid (https://www.squid-cache.org), which caches nothing.
 *
 * @param network where it runs; its own way to the server is not limited there.
 * @throws {Unavailable} if it cannot be had.
 */
export async function startSquid(network?: NetworkNamespace): Promise<RunningSquid> {
  await debianProgram(squid, { mayInstall: true });
  return inWorkspace("squid", async (workspace) => {
    const port = await freePort();
    const file = join(workspace.folder, "squid.conf");
    const lines = [
      `http_port 127.0.0.1:${port}`,
      "http_access allow all",
      "cache deny all",
      "access_log none",
      "cache_log /dev/null",
      "pinger_enable off",
      "max_filedescriptors 4096",
      "shutdown_lifetime 0 seconds",
      `pid_filename ${join(workspace.folder, "squid.pid")}`,
      ...(network ? [`tcp_outgoing_address ${UNLIMITED_ADDRESS}`] : []),
    ];
    await writeFile(file, `${lines.join("\n")}\n`);
    const [program = "", ...args] = [...(network?.commandPrefix ?? []), "squid", "-N", "-f", file];
    workspace.start(program, args);
    await (network ?? workspace).listens(port);
    return { url: `http://127.0.0.1:${port}`, stop: () => workspace.close() };
  });
}
