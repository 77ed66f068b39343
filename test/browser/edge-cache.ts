import { readdirSync, readFileSync, rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "../../scripts/servers/free-port.ts";
import { inWorkspace, type Workspace } from "../../scripts/servers/workspace.ts";

/** What a visitor gets by way of a cache. */
export interface CachedAnswer {
  readonly status: number;
  readonly body: string;
  /** Whether the cache had it. */
  readonly isHit: boolean;
}

/** A cache before a website, as a content delivery network is one. It keeps for a day what does not say how long to keep it. */
export interface EdgeCache {
  /** With a slash at the end. */
  readonly url: string;
  /** @param path percent-encoded, with a `/` at its beginning */
  visit(path: string): Promise<CachedAnswer>;
  /** Takes out of the cache what was asked for by these paths; a `*` at the end of one stands for anything. */
  invalidate(paths: readonly string[]): void;
  close(): Promise<void>;
}

/** @param program the path of nginx */
export function startEdgeCache(program: string, originUrl: string): Promise<EdgeCache> {
  return inWorkspace("nginx", async (workspace) => {
    const port = await freePort();
    const cacheFolder = join(workspace.folder, "cache");
    await mkdir(cacheFolder);
    const file = join(workspace.folder, "nginx.conf");
    await writeFile(file, configuration(workspace, { port, cacheFolder, originUrl }));
    workspace.start(program, ["-c", file, "-e", "stderr"]);
    await workspace.listens(port);
    const url = `http://127.0.0.1:${port}/`;
    return {
      url,
      async visit(path) {
        const response = await fetch(url + path.slice(1), { redirect: "manual" });
        const isHit = response.headers.get("x-cache-status") === "HIT";
        return { status: response.status, body: await response.text(), isHit };
      },
      invalidate: (paths) => removeCached(cacheFolder, paths),
      close: () => workspace.close(),
    };
  });
}

function configuration(
  { folder }: Workspace,
  { port, cacheFolder, originUrl }: { port: number; cacheFolder: string; originUrl: string },
): string {
  // Its workers would else be nobody's, who cannot enter the folder.
  const user = process.getuid?.() === 0 ? "user root;" : "";
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${join(folder, kind)};`)
    .join(" ");
  return `
    daemon off; ${user} worker_processes 1; pid ${join(folder, "nginx.pid")}; error_log stderr;
    events {}
    http {
      access_log off; ${temporary}
      proxy_cache_path ${cacheFolder} keys_zone=edge:1m inactive=1d use_temp_path=off;
      server {
        listen 127.0.0.1:${port};
        location / {
          proxy_pass ${originUrl};
          proxy_cache edge;
          proxy_cache_key $request_uri;
          proxy_cache_valid 200 1d;
          add_header X-Cache-Status $upstream_cache_status always;
        }
      }
    }`;
}

/** nginx writes the key of an answer into its file, and asks the origin again where the file is gone. */
function removeCached(cacheFolder: string, paths: readonly string[]): void {
  for (const name of readdirSync(cacheFolder)) {
    const file = join(cacheFolder, name);
    const [, key = ""] = /^KEY: (.*)$/m.exec(readFileSync(file, "latin1")) ?? [];
    if (paths.some((path) => (path.endsWith("*") ? key.startsWith(path.slice(0, -1)) : key === path))) rmSync(file);
  }
}
