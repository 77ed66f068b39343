/** The web proxy that an agent was configured with. */
export interface AgentProxy {
  /** `./config.sh --proxyurl` */
  url: string;
  username?: string | undefined;
  password?: string | undefined;
  /** The lines of `.proxybypass`: regular expressions. */
  bypass?: readonly string[] | undefined;
}

/** The certificates that an agent was configured with, as paths of files. */
export interface AgentCertificates {
  /** `./config.sh --sslcacert` */
  ca?: string | undefined;
  /** The agent insists on all three files. */
  client?: { certificate: string; key: string; archive: string; password?: string | undefined } | undefined;
  /** `./config.sh --sslskipcertvalidation` */
  skipsValidation?: boolean | undefined;
}

/** The variables by which a job's steps learn of the agent's way into the network (the agent's JobRunner). */
export function networkVariables(
  proxy: AgentProxy | undefined,
  certificates: AgentCertificates | undefined,
): { publicOnes: Record<string, string>; secretOnes: Record<string, string> } {
  const { bypass = [] } = proxy ?? {};
  const { ca, client, skipsValidation = false } = certificates ?? {};
  return {
    publicOnes: given({
      "Agent.ProxyUrl": proxy?.url,
      "Agent.ProxyUsername": proxy?.username,
      "Agent.ProxyBypassList": bypass.length > 0 ? JSON.stringify(bypass) : undefined,
      "Agent.SkipCertValidation": skipsValidation ? "True" : undefined,
      "Agent.CAInfo": ca,
      "Agent.ClientCert": client?.certificate,
      "Agent.ClientCertKey": client?.key,
      "Agent.ClientCertArchive": client?.archive,
    }),
    secretOnes: given({
      "Agent.ProxyPassword": proxy?.password,
      "Agent.ClientCertPassword": client?.password,
    }),
  };
}

/** Those that have a value: the agent sets no empty ones. */
function given(values: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => Boolean(entry[1])));
}
