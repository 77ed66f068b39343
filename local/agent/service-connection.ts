import { environmentName } from "./environment-name.ts";

/** A service connection as the job message carries it, its GUID for an id. */
export interface ServiceConnection {
  id: string;
  /** The name by which a pipeline refers to it. */
  name: string;
  /** The service-connection type, for instance `AwsS3`. */
  type: string;
  url: string;
  /** `UsernamePassword`, `None` or `Token`. */
  scheme: string;
  /** Authorization parameters: all of them secrets to the agent. */
  parameters: Record<string, string>;
  /** The fields of the type: public. */
  data: Record<string, string>;
}

/** The job's own connection to Azure DevOps, there in every job. It has no GUID. */
export const systemConnectionName = "SystemVssConnection";

/** Authorization parameters which the agent knows to hold no secret (its MaskingUtil), in lower case. */
const publicParameters = new Set([
  "role",
  "scope",
  "tenantid",
  "issuedat",
  "expiresat",
  "audience",
  "authenticationtype",
  "authorizationtype",
  "accesstokentype",
  "accesstokenfetchingmethod",
  "usewindowssecurity",
  "unsecured",
  "oauthaccesstokenissupplied",
  "completecallbackpayload",
  "acceptuntrustedcertificates",
]);

/** The values of a connection that the agent masks in the log of every step. */
export function secretsOf(connection: ServiceConnection): string[] {
  return Object.entries(connection.parameters)
    .filter(([name]) => !publicParameters.has(name.toLowerCase()))
    .map(([, value]) => value);
}

/** Whether this is the job's own connection. */
export function isSystemConnection({ name }: ServiceConnection): boolean {
  return name.toLowerCase() === systemConnectionName.toLowerCase();
}

/** The environment in which a task finds a connection (the agent's Handler.AddEndpointsToEnvironment). */
export function connectionEnvironment(connection: ServiceConnection): Record<string, string> {
  const { scheme, parameters, data } = connection;
  const isSystem = isSystemConnection(connection);
  const key = isSystem ? systemConnectionName.toUpperCase() : connection.id;
  return {
    [`ENDPOINT_URL_${key}`]: URL.canParse(connection.url) ? new URL(connection.url).href : connection.url,
    [`ENDPOINT_AUTH_${key}`]: JSON.stringify({ parameters, scheme }),
    [`ENDPOINT_AUTH_SCHEME_${key}`]: scheme,
    ...prefixed(`ENDPOINT_AUTH_PARAMETER_${key}_`, parameters),
    ...(isSystem ? {} : { [`ENDPOINT_DATA_${key}`]: JSON.stringify(data), ...prefixed(`ENDPOINT_DATA_${key}_`, data) }),
  };
}

function prefixed(prefix: string, values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`${prefix}${environmentName(name)}`, value]),
  );
}
