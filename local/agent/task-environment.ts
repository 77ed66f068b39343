import type { CaseInsensitiveMap } from "./case-insensitive-map.ts";
import { environmentName } from "./environment-name.ts";
import { connectionEnvironment, isSystemConnection, type ServiceConnection } from "./service-connection.ts";
import type { TaskDefinition } from "./task-definition.ts";
import type { Variables } from "./variables.ts";

export interface TaskEnvironmentParts {
  /** What the task's process inherits from the agent's. */
  inherited: Record<string, string>;
  /** The step's `env:` block, expanded. */
  step: Record<string, string>;
  variables: Variables;
  inputs: CaseInsensitiveMap<string>;
  /** Those that the task refers to, and the job's own. */
  connections: readonly ServiceConnection[];
}

/** The whole environment of a task's process; later parts win (the agent's NodeHandler and ProcessInvoker). */
export function taskEnvironment(parts: TaskEnvironmentParts): Record<string, string> {
  return {
    ...parts.inherited,
    ...parts.step,
    ...variableEnvironment(parts.variables),
    ...Object.fromEntries(
      Array.from(parts.inputs.entries(), ([name, value]) => [`INPUT_${environmentName(name)}`, value]),
    ),
    ...Object.assign({}, ...parts.connections.map(connectionEnvironment)),
    TF_BUILD: "True",
  };
}

/** The connections whose GUIDs are in the task's `connectedService:` inputs, and the job's own. */
export function referencedConnections(
  definition: TaskDefinition,
  inputs: CaseInsensitiveMap<string>,
  connections: readonly ServiceConnection[],
): ServiceConnection[] {
  const ids = (definition.inputs ?? [])
    .filter(({ type }) => type.toLowerCase().startsWith("connectedservice:"))
    .flatMap(({ name }) => (inputs.get(name) ?? "").split(","))
    .map((id) => id.trim().toLowerCase());
  return connections.filter(
    (connection) => isSystemConnection(connection) || ids.includes(connection.id.toLowerCase()),
  );
}

function variableEnvironment(variables: Variables): Record<string, string> {
  const all = variables.all();
  const publicOnes = all.filter(({ isSecret }) => !isSecret);
  const secretOnes = all.filter(({ isSecret }) => isSecret);
  return {
    ...Object.fromEntries(publicOnes.map(({ name, value }) => [environmentName(name), value])),
    // The one name that travels in both spellings.
    "agent.jobstatus": variables.get("Agent.JobStatus") ?? "Succeeded",
    VSTS_PUBLIC_VARIABLES: JSON.stringify(publicOnes.map(({ name }) => name)),
    ...Object.fromEntries(secretOnes.map(({ name, value }) => [`SECRET_${environmentName(name)}`, value])),
    VSTS_SECRET_VARIABLES: JSON.stringify(secretOnes.map(({ name }) => name)),
  };
}
