// Part of index.js too, which old versions of Node.js can read.

/** The secrets in the agent's network settings. */
export interface NetworkSecrets {
  /** It may contain user and password. */
  readonly proxyUrl: string | undefined;
  readonly proxyPassword: string | undefined;
  readonly certificatePassword: string | undefined;
}

/** index.js leaves them here for main.js, which is a separate bundle. */
const PLACE = Symbol.for("s3-tasks.network-secrets");

/**
 * Takes the network's secrets out of the environment, once. azure-pipelines-task-lib shows them in its debug messages as soon as it is
 * loaded, before anything could be masked; so this comes first.
 */
export function takeNetworkSecrets(): NetworkSecrets {
  const places = globalThis as { [PLACE]?: NetworkSecrets };
  const secrets = places[PLACE] ?? take(process.env);
  places[PLACE] = secrets;
  return secrets;
}

function take(environment: NodeJS.ProcessEnv): NetworkSecrets {
  const secrets = {
    proxyUrl: environment.AGENT_PROXYURL,
    proxyPassword: environment.SECRET_AGENT_PROXYPASSWORD,
    certificatePassword: environment.SECRET_AGENT_CLIENTCERTPASSWORD,
  };
  if (secrets.proxyUrl !== undefined) environment.AGENT_PROXYURL = withoutUser(secrets.proxyUrl);
  delete environment.SECRET_AGENT_PROXYPASSWORD;
  delete environment.SECRET_AGENT_CLIENTCERTPASSWORD;
  return secrets;
}

/** The URL of a proxy as entered, without user and password. */
export function withoutUser(text: string): string {
  return text.replace(/^([^/]*\/\/)?.*@/, "$1");
}
