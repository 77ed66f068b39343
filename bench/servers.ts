import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { localhostTls } from "../local/s3/localhost-tls.ts";
import { endProcess, startProcess } from "../scripts/servers/process-groups.ts";
import type { RunningServer } from "../scripts/servers/server.ts";
import { versitygw } from "../scripts/servers/versitygw.ts";
import type { NetworkNamespace } from "./network-namespace.ts";
import { builtNullServer } from "./null-s3/go-program.ts";
import { pattern } from "./null-s3/pattern.ts";
import { memoryFolder, type WorkFolder } from "./work-folders.ts";

/** A store that programs are measured against. */
export interface BenchServer {
  readonly name: string;
  readonly url: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** The certificate that clients have to trust, where it speaks TLS. */
  readonly caFile: string | undefined;
  /** For what a run leaves behind. */
  readonly folder: string;
  /** What stands before the command of each program that uses it; empty if nothing has to. */
  readonly commandPrefix: readonly string[];
  /** Makes a bucket. @returns its name */
  newBucket(): Promise<string>;
  /** What its process has computed so far; NaN where that is not known. */
  cpuSeconds(): number;
  stop(): Promise<void>;
}

export interface NullServerOptions {
  readonly tls?: boolean;
  /** How long each answer is held back. */
  readonly latencyMs?: number;
  /** Where it runs, and the programs that use it. */
  readonly network?: NetworkNamespace;
  /** Whether bodies are large, so that one thread would be the bottleneck. Default: over TLS. */
  readonly hasLargeBodies?: boolean;
}

/** Starts the server that stores nothing, in a process of its own. @throws {Unavailable} if it takes Go, and there is none. */
export function startNullServer(options: NullServerOptions = {}): Promise<BenchServer> {
  const { tls = false, hasLargeBodies = tls } = options;
  return hasLargeBodies ? startInGo(options) : startInNode(options);
}

/** The one with one thread. */
function startInNode(options: NullServerOptions): Promise<BenchServer> {
  const script = fileURLToPath(new URL("null-s3/main.ts", import.meta.url));
  const command = [process.execPath, "--import", "tsx", script, "--latency-ms", String(options.latencyMs ?? 0)];
  return startedNullServer("null server", command, memoryFolder("server"), options);
}

/** The one that uses all cores. It takes less of them than its clients do. */
async function startInGo(options: NullServerOptions): Promise<BenchServer> {
  const { tls = false, latencyMs = 0 } = options;
  const program = await builtNullServer();
  const folder = memoryFolder("server");
  const patternFile = join(folder.path, "pattern");
  writeFileSync(patternFile, pattern);
  const keyFile = join(folder.path, "key.pem");
  writeFileSync(keyFile, localhostTls.key);
  const tlsArgs = tls ? ["--cert", join(folder.path, CA_FILE), "--key", keyFile] : [];
  const command = [program, "--pattern", patternFile, "--latency-ms", String(latencyMs), ...tlsArgs];
  return startedNullServer("null server in Go", command, folder, options);
}

const CA_FILE = "ca.pem";

async function startedNullServer(
  name: string,
  command: readonly string[],
  folder: WorkFolder,
  { tls = false, network }: NullServerOptions,
): Promise<BenchServer> {
  const commandPrefix = network?.commandPrefix ?? [];
  const caFile = tls ? join(folder.path, CA_FILE) : undefined;
  if (caFile) writeFileSync(caFile, localhostTls.cert);
  const [program = "", ...args] = [...commandPrefix, ...command];
  const child = startProcess(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [url] = (await once(createInterface(child.stdout as Readable), "line")) as [string];
  return {
    name,
    url,
    accessKeyId: "bench",
    secretAccessKey: "bench-secret",
    caFile,
    folder: folder.path,
    commandPrefix,
    // There a bucket is there as soon as something is put into it.
    newBucket: async () => newBucketName(),
    cpuSeconds: () => cpuSecondsOf(child),
    async stop() {
      await endProcess(child);
      folder.remove();
    },
  };
}

/** Starts a real store on a folder. */
export async function startVersitygw(): Promise<BenchServer> {
  const server = await versitygw.start({ mayInstall: true });
  const folder = memoryFolder("server");
  return {
    name: `versitygw ${server.version}`,
    url: server.url,
    accessKeyId: server.accessKeyId,
    secretAccessKey: server.secretAccessKey,
    caFile: undefined,
    folder: folder.path,
    commandPrefix: [],
    newBucket: () => createBucket(server),
    cpuSeconds: () => Number.NaN,
    async stop() {
      await server.stop();
      folder.remove();
    },
  };
}

async function createBucket({ url, region, accessKeyId, secretAccessKey }: RunningServer): Promise<string> {
  const credentials = { accessKeyId, secretAccessKey };
  const client = new S3Client({ endpoint: url, region, credentials, forcePathStyle: true });
  const name = newBucketName();
  await client.send(new CreateBucketCommand({ Bucket: name }));
  client.destroy();
  return name;
}

function newBucketName(): string {
  return `bench-${randomBytes(6).toString("hex")}`;
}

/** Does some work with a server, which is stopped afterwards. */
export async function withServer<T>(
  starting: Promise<BenchServer>,
  work: (server: BenchServer) => Promise<T>,
): Promise<T> {
  const server = await starting;
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}

/** Linux counts in hundredths of a second. Source: proc_pid_stat(5), fields 14 and 15. */
function cpuSecondsOf({ pid }: ChildProcess): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
