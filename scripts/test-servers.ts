/**
 * `npm run test:servers [-- NAME…] [-- --install] [-- --write-table]`: the suites against real S3 servers and under the agent's
 * own versions of Node, but for what `npm test` has run already. Names are those of servers and Nodes; none means all.
 * With `--write-table`, what the servers can do is written into `docs/compatible-stores.md`; else the page is compared.
 */
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { delimiter } from "node:path";
import { type AgentNode, agentNodes, installedAgentNode, oldestNode, refusedNodes } from "./servers/agent-node.ts";
import { installedAwsCli } from "./servers/aws-cli.ts";
import { installedChromium } from "./servers/chromium.ts";
import { unpackedDocumentation } from "./servers/documentation.ts";
import { proxyEnvironment, testEnvironment } from "./servers/environment.ts";
import { installAhead } from "./servers/install-ahead.ts";
import { serverKinds } from "./servers/kinds.ts";
import { type MochaResults, runMocha } from "./servers/mocha-run.ts";
import { installedNginx } from "./servers/nginx.ts";
import { installPermission } from "./servers/permission.ts";
import { startProcess } from "./servers/process-groups.ts";
import { report, type SkippedPart, sum, type TestRun } from "./servers/report.ts";
import { type InstallPermission, type RunningServer, type ServerKind, Unavailable } from "./servers/server.ts";
import { smokeTest } from "./servers/smoke-test.ts";
import { type StoreColumn, storePage, withStoreColumns } from "./servers/store-table.ts";
import { randomTreesOnServers, suites } from "./servers/suites.ts";
import { type RunningProxies, startTinyproxies } from "./servers/tinyproxy.ts";
import { describeNotRun } from "./servers/windows/not-run.ts";
import { installedWindows, runMochaOnWindows } from "./servers/windows/run-windows.ts";
import { windowsRuns } from "./servers/windows/windows-suites.ts";

/** A Node to run tests under. */
interface Runtime {
  version: string;
  program: string;
}

const thisNode: Runtime = { version: process.versions.node, program: process.execPath };

/** For the embedded server, whatever this is run with. */
const withoutServer: NodeJS.ProcessEnv = { S3_TEST_ENDPOINT: undefined, S3_TEST_TLS_ENDPOINT: undefined };

const writesTable = "--write-table";
/** The name of the suites on Windows' Node. */
const windows = "windows";

/** Large archives, on request only. */
const largeArchives = "archives";

const runs: TestRun[] = [];
let lastRunEndedMs = Date.now();
/** What each store was found to be able to do. */
const columns: StoreColumn[] = [];
const skippedParts: SkippedPart[] = [];
let proxies: RunningProxies | undefined;
/** What sites are visited with, and which ones that nobody here has made. */
let visitors: NodeJS.ProcessEnv = {};

async function main(args: readonly string[]): Promise<void> {
  const names = selectedNames(args);
  const permission = installPermission(args, process.env);
  const startingProxies = orSkip("tinyproxy", () => startTinyproxies(permission));
  installAhead(names, permission);
  await build();
  proxies = await startingProxies;
  const nodes = await runtimesOf(agentNodes, names, permission);
  await testOnOldNodes(names, permission);
  await testOnEmbedded(nodes, permission);
  if (names.has(windows)) await testOnWindows(permission);
  for (const kind of serverKinds.filter(({ name }) => names.has(name))) {
    await testAgainst(kind, nodes.at(-1) ?? thisNode, permission);
  }
  if (names.has(largeArchives)) await testLargeArchives(permission);
  await proxies?.stop();
  await settleTable(args.includes(writesTable));

  console.log(`\n${report(runs, skippedParts)}`);
  process.exitCode = sum(runs).failed > 0 ? 1 : 0;
}

/** On Nodes that mocha cannot run on, this one runs mocha, and the tests start the packaged tasks there. */
async function testOnOldNodes(names: Set<string>, permission: InstallPermission): Promise<void> {
  for (const oldest of await runtimesOf([oldestNode], names, permission)) {
    await runSuite("oldest", "embedded", oldest, withoutServer, thisNode);
  }
  const refused = await runtimesOf(refusedNodes, names, permission);
  if (refused.length > 0) {
    const versions = refused.map(({ version }) => version).join(", ");
    const programs = refused.map(({ program }) => program).join(delimiter);
    await runSuite("refused", "-", { ...thisNode, version: versions }, { OLD_NODES: programs });
  }
}

/** What needs least of what is being installed comes first. */
async function testOnEmbedded(nodes: readonly Runtime[], permission: InstallPermission): Promise<void> {
  const awsCli = nodes.length > 0 ? await orSkip("aws-cli", () => installedAwsCli(permission)) : undefined;
  const env = { ...withoutServer, AWS_CLI: awsCli };
  // `npm test` has run all of it under this Node.
  const isThisNode = ({ version }: Runtime) => version === thisNode.version;
  for (const node of nodes.filter((each) => !isThisNode(each))) await runSuite("product", "embedded", node, env);
  visitors = await visitorsEnvironment(permission);
  const extras = { ...env, ARCHIVE_WRITERS: "1", FAULT_SAMPLE: "large" };
  for (const node of nodes.filter(isThisNode)) await runSuite("extras", "embedded", node, extras);
  for (const node of nodes.slice(-1)) {
    await runSuite("full", "embedded", node, env, thisNode);
    await runSuite("threads", "embedded", node, { ...env, S3_TASKS_THREADS: "always" }, thisNode);
    await runSuite("large", "embedded", node, { ...env, S3_TEST_LARGE: "1" });
  }
}

/** Written by this Node and by those of the agent, and read by other programs. */
async function testLargeArchives(permission: InstallPermission): Promise<void> {
  const nodes = await runtimesOf(agentNodes, new Set(agentNodes.map(({ name }) => name)), permission);
  const others = nodes.filter(({ version }) => version !== thisNode.version).map(({ program }) => program);
  const env = { ...withoutServer, S3_TEST_LARGE_ARCHIVES: "1", OTHER_NODES: others.join(delimiter) };
  await runSuite("archives", "embedded", thisNode, env);
}

/** What differs on Windows, on Windows' own Node under Wine. */
async function testOnWindows(permission: InstallPermission): Promise<void> {
  for (const { version, files } of windowsRuns) {
    const machine = await orSkip(`${windows}, Node ${version}`, () => installedWindows(version, permission));
    if (machine === undefined) continue;
    console.log(`\n== ${windows}, server embedded, Node ${version} for Windows`);
    const { counts } = await runMochaOnWindows(machine, files);
    addRun({ suite: windows, server: "embedded", node: `${version} for Windows`, ...counts });
  }
  for (const line of describeNotRun()) console.log(line);
}

async function visitorsEnvironment(permission: InstallPermission): Promise<NodeJS.ProcessEnv> {
  return {
    CHROMIUM: await orSkip("chromium", () => installedChromium(permission)),
    NGINX: await orSkip("nginx", () => installedNginx(permission)),
    REAL_SITES: await orSkip("documentation", () => unpackedDocumentation(permission)),
  };
}

/** @throws {Error} if a name is unknown. */
function selectedNames(args: readonly string[]): Set<string> {
  const known = [
    ...new Set([...serverKinds, oldestNode, ...refusedNodes, ...agentNodes].map(({ name }) => name)),
    windows,
    largeArchives,
  ];
  const names = args.filter((arg) => ![writesTable, "--install"].includes(arg));
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(
      `There is no ${unknown.join(", ")}: choose among ${known.join(", ")}, --install and ${writesTable}.`,
    );
  }
  if (names.length > 0) return new Set(names);
  skippedParts.push({
    part: largeArchives,
    reason: `it takes half an hour; run it with: npm run test:servers -- ${largeArchives} --install`,
  });
  return new Set(known.filter((name) => name !== largeArchives));
}

/** The page must say what this run found. */
async function settleTable(writes: boolean): Promise<void> {
  if (columns.length === 0) return;
  const page = await readFile(storePage, "utf8");
  const updated = withStoreColumns(page, columns);
  const mayWrite = writes && sum(runs).failed === 0;
  if (mayWrite) await writeFile(storePage, updated);
  const isRight = mayWrite || updated === page;
  if (!isRight)
    console.log(`\ndocs/compatible-stores.md says something else. Run: npm run test:servers -- ${writesTable}`);
  const counts = { passed: isRight ? 1 : 0, failed: isRight ? 0 : 1, skipped: 0 };
  addRun({ suite: "table of stores", server: "all that ran", node: "-", ...counts });
}

async function build(): Promise<void> {
  const child = startProcess("npm", ["run", "--silent", "build"], { stdio: ["ignore", "inherit", "inherit"] });
  const [exitCode] = await once(child, "exit");
  if (exitCode !== 0) {
    throw new Error("The build failed.");
  }
}

async function runtimesOf(
  nodes: readonly AgentNode[],
  names: Set<string>,
  permission: InstallPermission,
): Promise<Runtime[]> {
  const runtimes: Runtime[] = [];
  for (const node of nodes.filter(({ name }) => names.has(name))) {
    const program = await orSkip(`Node ${node.version}`, () => installedAgentNode(node, permission));
    if (program !== undefined) {
      runtimes.push({ version: node.version, program });
    }
  }
  return runtimes;
}

async function testAgainst(kind: ServerKind, node: Runtime, permission: InstallPermission): Promise<void> {
  const server = await startOrReport(kind, permission);
  if (server === undefined) {
    return;
  }
  const serverName = `${server.name} ${server.version}`;
  if (kind.suite === undefined) {
    addRun({ suite: "smoke test", server: serverName, node: thisNode.version, ...(await smokeTest(server)) });
    await runSuite("moto", serverName, node, withoutServer);
    return;
  }
  try {
    const env = { ...testEnvironment(server), S3_TEST_ROUNDS: randomTreesOnServers };
    const { operations } = await runSuite(kind.suite, serverName, node, env);
    columns.push({ server: server.name, version: server.version, operations });
  } finally {
    await server.stop();
  }
}

/** A server that is there and does not start is a failure: the other servers are still tested. */
async function startOrReport(kind: ServerKind, permission: InstallPermission): Promise<RunningServer | undefined> {
  try {
    return await orSkip(kind.name, () => kind.start(permission));
  } catch (error) {
    console.log((error as Error).message);
    addRun({ suite: "start", server: kind.name, node: "-", passed: 0, failed: 1, skipped: 0 });
    return undefined;
  }
}

/** @param mochaNode - where it is another one than that on which the packaged tasks run. */
async function runSuite(
  suite: keyof typeof suites,
  server: string,
  node: Runtime,
  env: NodeJS.ProcessEnv,
  mochaNode = node,
): Promise<MochaResults> {
  console.log(`\n== ${suite}, server ${server}, Node ${node.version}`);
  const results = await runMocha(mochaNode.program, suites[suite], {
    TASK_NODE: node.program,
    S3_TEST_FULL: "1",
    ...proxyEnvironment(proxies),
    ...visitors,
    ...env,
  });
  addRun({ suite, server, node: node.version, ...results.counts });
  return results;
}

/** The minutes are those since the run before it: what had to be started or waited for is counted too. */
function addRun(run: Omit<TestRun, "minutes">): void {
  const now = Date.now();
  runs.push({ ...run, minutes: ((now - lastRunEndedMs) / 60_000).toFixed(1) });
  lastRunEndedMs = now;
}

async function orSkip<T>(part: string, get: () => Promise<T>): Promise<T | undefined> {
  try {
    return await get();
  } catch (error) {
    if (!(error instanceof Unavailable)) {
      throw error;
    }
    skippedParts.push({ part, reason: error.message });
    return undefined;
  }
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
