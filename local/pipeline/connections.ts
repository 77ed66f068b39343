import { randomUUID } from "node:crypto";
import { expandMacros } from "../agent/macros.ts";
import type { ServiceConnection } from "../agent/service-connection.ts";
import { readYaml, type YamlSource } from "./yaml-source.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const defaults = { type: "AwsS3", url: "https://s3.amazonaws.com/", scheme: "UsernamePassword" } as const;

/** What a connections file looks like, for those who ask for help. */
export const connectionsFileExample = `production:                       # the name that steps use
  type: AwsS3                     # the default
  url: https://s3.amazonaws.com/  # the default; any other URL is an S3-compatible store
  scheme: UsernamePassword        # the default
  parameters:                     # the secrets
    username: $(MY_KEY_ID)        # $(NAME) is the shell's variable, so that no secret need be here
    password: $(MY_SECRET_KEY)
  data:                           # what is public
    region: eu-west-1
    addressingStyle: auto`;

/**
 * Reads a connections file: connection names, and for each type, url, scheme, parameters and data.
 *
 * @param environment the shell's variables, for `$(NAME)` in values.
 * @throws PipelineError that names line and column of each mistake.
 */
export async function readConnectionsFile(file: string, environment: Environment): Promise<ServiceConnection[]> {
  const source = await readYaml(file, "connections file");
  const connections = [...source.map(source.root, "A connections file")].map(([name, node]) =>
    readConnection(name, node, source, environment),
  );
  source.assertSound();
  return connections;
}

/**
 * A connection made of the shell's AWS variables, as the AWS tools read them.
 *
 * @returns undefined if the shell holds no access key.
 */
export function connectionFromShell(name: string, environment: Environment): ServiceConnection | undefined {
  const { AWS_ACCESS_KEY_ID: username, AWS_SECRET_ACCESS_KEY: password, AWS_SESSION_TOKEN: sessionToken } = environment;
  if (!username || !password) return undefined;
  const region = environment.AWS_REGION || environment.AWS_DEFAULT_REGION;
  return {
    ...defaults,
    id: randomUUID(),
    name,
    url: environment.AWS_ENDPOINT_URL_S3 || environment.AWS_ENDPOINT_URL || defaults.url,
    parameters: { username, password, ...(sessionToken ? { sessionToken } : {}) },
    data: region ? { region } : {},
  };
}

function readConnection(name: string, node: unknown, source: YamlSource, environment: Environment): ServiceConnection {
  const fields = source.map(node, `Connection ${name}`);
  for (const [key, value] of fields) {
    if (!["type", "url", "scheme", "parameters", "data"].includes(key)) {
      source.report(value, `Connection ${name} has no ${key}: only type, url, scheme, parameters and data.`);
    }
  }
  const fill = (text: string, key: string) =>
    expandMacros(text, (variable) => {
      const value = environment[variable];
      if (value === undefined)
        source.report(fields.get(key), `Connection ${name}: the shell has no variable ${variable}.`);
      return value;
    });
  const single = (key: keyof typeof defaults) => fill(source.text(fields.get(key), key) ?? defaults[key], key);
  const several = (key: "parameters" | "data") =>
    Object.fromEntries(
      Object.entries(source.texts(fields.get(key), `${name}: ${key}`)).map(([member, value]) => [
        member,
        fill(value, key),
      ]),
    );
  return {
    id: randomUUID(),
    name,
    type: single("type"),
    url: single("url"),
    scheme: single("scheme"),
    parameters: several("parameters"),
    data: several("data"),
  };
}
