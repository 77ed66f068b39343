import { randomUUID } from "node:crypto";
import { agentVersionOf, nodeVersionOf } from "./agent-version.ts";
import { CaseInsensitiveMap } from "./case-insensitive-map.ts";
import type { JobContainer } from "./container.ts";
import { type AgentCertificates, type AgentProxy, networkVariables } from "./network-variables.ts";
import { predefinedVariables } from "./predefined-variables.ts";
import { SecretMasker } from "./secret-masker.ts";
import { isSystemConnection, type ServiceConnection, secretsOf, systemConnectionName } from "./service-connection.ts";
import { taskNode } from "./task-node.ts";
import { Variables } from "./variables.ts";
import { type HostType, prepareWorkspace, type Workspace } from "./workspace.ts";

/** What the server sends the agent about a job, and where the agent is to run it. */
export interface JobRequest {
  /** The job's connections: each is masked in the whole log, whether a step uses it or not. */
  connections?: readonly ServiceConnection[] | undefined;
  /** Set on top of the predefined ones, which they may replace. */
  variables?: Record<string, string> | undefined;
  secretVariables?: Record<string, string> | undefined;
  /** Default `build`. */
  hostType?: HostType | undefined;
  /** How many repositories are checked out: with several, relative paths start from the folder that holds them all. */
  repositories?: number | undefined;
  /** The agent's `_work`; a fresh temporary one, removed at the end, where none is given. */
  workFolder?: string | undefined;
  /** Where a checkout (build) or the download of artifacts, a folder an alias (release), has already left its files. */
  sourcesFolder?: string | undefined;
  /** Default: see `taskNode`. */
  nodePath?: string | undefined;
  /** The agent's way out, which it hands on to its steps. Default: none but the direct one. */
  proxy?: AgentProxy | undefined;
  certificates?: AgentCertificates | undefined;
  /** What tasks inherit from the agent. By default only what any process needs, so that no `AWS_*` slips in. */
  inheritedEnv?: Record<string, string> | undefined;
  /** The job's `container:`, which is imitated. */
  container?: JobContainer | undefined;
}

/** A job on its way: what its steps share. */
export interface Job {
  request: JobRequest;
  hostType: HostType;
  workspace: Workspace;
  masker: SecretMasker;
  variables: Variables;
  connections: readonly ServiceConnection[];
  inheritedEnv: Record<string, string>;
  nodePath: string;
  /** Whether `System.Debug` was on when the job started. */
  isDebug: boolean;
  /** What a container leaves running until it is removed at the end of the job. */
  leftovers: (() => void)[];
}

/** Prepares folders, variables and the secret masker for the steps of one job. */
export async function startJob(request: JobRequest): Promise<Job> {
  const hostType = request.hostType ?? "build";
  const { workFolder, sourcesFolder } = request;
  const workspace = await prepareWorkspace({ hostType, workFolder, sourcesFolder });
  const masker = new SecretMasker();
  const connections = withSystemConnection(request.connections ?? []);
  for (const secret of connections.flatMap(secretsOf)) masker.add(secret);
  const nodePath = request.nodePath ?? taskNode();
  const predefined = {
    ...predefinedVariables(hostType, workspace, request.repositories ?? 1),
    "Agent.Version": agentVersionOf((await nodeVersionOf(nodePath)) ?? process.versions.node),
  };
  const variables = jobVariables(request, predefined, masker);
  return {
    request,
    hostType,
    workspace,
    masker,
    variables,
    connections: connections.map((connection) => expandData(connection, variables)),
    inheritedEnv: request.inheritedEnv ?? minimalEnvironment(),
    nodePath,
    isDebug: variables.get("System.Debug")?.toLowerCase() === "true",
    leftovers: [],
  };
}

/** Ends what a container has left running, and removes the job's own folders. */
export async function endJob(job: Job): Promise<void> {
  for (const end of job.leftovers) end();
  await job.workspace.remove();
}

/** Later ones replace earlier ones of the same name, which stay read-only if they were. */
function jobVariables(request: JobRequest, predefined: Record<string, string>, masker: SecretMasker): Variables {
  const isPredefined = new CaseInsensitiveMap(Object.entries(predefined));
  const toVariable =
    (isSecret: boolean) =>
    ([name, value]: [string, string]) => ({
      name,
      value,
      isSecret,
      isReadOnly: isPredefined.has(name),
    });
  const { publicOnes, secretOnes } = networkVariables(request.proxy, request.certificates);
  const secrets = Object.entries({ ...request.secretVariables, ...secretOnes });
  for (const [, value] of secrets) masker.addVariable(value);
  return new Variables(masker, [
    ...Object.entries(predefined).map(toVariable(false)),
    ...Object.entries({ ...request.variables, ...publicOnes }).map(toVariable(false)),
    ...secrets.map(toVariable(true)),
  ]);
}

function withSystemConnection(connections: readonly ServiceConnection[]): readonly ServiceConnection[] {
  if (connections.some(isSystemConnection)) return connections;
  const system: ServiceConnection = {
    id: "00000000-0000-0000-0000-000000000000",
    name: systemConnectionName,
    type: "Generic",
    url: "https://dev.azure.com/local/",
    scheme: "OAuth",
    parameters: { AccessToken: randomUUID() },
    data: {},
  };
  return [...connections, system];
}

/** The agent expands variables in a connection's public fields, once, when the job starts. */
function expandData(connection: ServiceConnection, variables: Variables): ServiceConnection {
  const data = Object.entries(connection.data).map(([name, value]) => [name, variables.expand(value)]);
  return { ...connection, data: Object.fromEntries(data) };
}

/**
 * What any process needs, and nothing of the user who starts it, but for the tasks' own switch for tests. In VS Code's debugger, also what
 * takes it into the task's process.
 */
export function minimalEnvironment(): Record<string, string> {
  const system = ["PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR", "TEMP", "TMP", "SystemRoot", "USERPROFILE"];
  const names = [...system, "S3_TASKS_THREADS"];
  const debuggerNames = process.env.VSCODE_INSPECTOR_OPTIONS ? ["VSCODE_INSPECTOR_OPTIONS", "NODE_OPTIONS"] : [];
  return Object.fromEntries(
    [...names, ...debuggerNames].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
