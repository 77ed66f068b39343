import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ServiceConnection } from "../agent/service-connection.ts";

/** A type of service connections, as an extension declares it. */
export interface ConnectionType {
  name: string;
  /** The public fields. */
  data: readonly string[];
  /** The fields of each scheme, by the name that the scheme has in a job. */
  schemes: ReadonlyMap<string, readonly string[]>;
}

interface Contribution {
  type: string;
  properties: {
    name: string;
    inputDescriptors?: readonly { id: string }[];
    authenticationSchemes?: readonly { type: string; inputDescriptors?: readonly { id: string }[] }[];
  };
}

/** The schemes that an extension may use, each with the fields that the server always adds. */
const schemes: Readonly<Record<string, readonly [name: string, ...fields: string[]]>> = {
  "ms.vss-endpoint.endpoint-auth-scheme-basic": ["UsernamePassword", "username", "password"],
  "ms.vss-endpoint.endpoint-auth-scheme-none": ["None"],
  "ms.vss-endpoint.endpoint-auth-scheme-token": ["Token", "apitoken"],
};

/** The server stores no more for one connection: its data, and apart from it its parameters, as JSON. */
const maxCharacters = 20_480;

/**
 * Reads the connection types of a built or unpacked extension.
 *
 * @param extensionFolder holds `vss-extension.json`, or `extension.vsomanifest` where a `.vsix` was unpacked.
 * @returns none if there is no manifest.
 */
export async function readConnectionTypes(extensionFolder: string): Promise<ConnectionType[]> {
  const [built, unpacked] = ["vss-extension.json", "extension.vsomanifest"].map((name) =>
    readFile(join(extensionFolder, name), "utf8").catch(() => undefined),
  );
  const text = (await built) ?? (await unpacked);
  if (text === undefined) return [];
  const { contributions = [] } = JSON.parse(text.replace(/^\uFEFF/, "")) as { contributions?: Contribution[] };
  return contributions
    .filter(({ type }) => type === "ms.vss-endpoint.service-endpoint-type")
    .map(({ properties }) => readType(properties));
}

function readType({
  name,
  inputDescriptors = [],
  authenticationSchemes = [],
}: Contribution["properties"]): ConnectionType {
  return {
    name,
    data: inputDescriptors.map(({ id }) => id),
    schemes: new Map(
      authenticationSchemes.map(({ type, inputDescriptors: own = [] }) => {
        const [scheme = type, ...fields] = schemes[type] ?? [];
        return [scheme, [...new Set([...fields, ...own.map(({ id }) => id)])]];
      }),
    ),
  };
}

/**
 * Why the server would refuse a connection: it keeps no fields that the type does not declare.
 *
 * @returns a sentence for each mistake; none for a connection of a type that is not among these.
 */
export function connectionRefusals(connection: ServiceConnection, types: readonly ConnectionType[]): string[] {
  const { name, type, scheme, parameters, data } = connection;
  const declared = types.find((each) => each.name.toLowerCase() === type.toLowerCase());
  if (declared === undefined) return [];
  const fields = declared.schemes.get(scheme);
  const where = `Service connection ${name}`;
  if (fields === undefined) {
    const known = [...declared.schemes.keys()].join(", ");
    return [`${where}: type ${type} has no scheme ${scheme}. Use one of ${known}.`];
  }
  return [
    ...undeclared(data, declared.data).map(
      (field) => `${where}: type ${type} does not declare the data ${field}. It has: ${declared.data.join(", ")}.`,
    ),
    ...undeclared(parameters, fields).map(
      (field) => `${where}: scheme ${scheme} does not declare the parameter ${field}. It has: ${fields.join(", ")}.`,
    ),
    ...Object.entries({ data, parameters })
      .filter(([, values]) => JSON.stringify(values).length > maxCharacters)
      .map(([what]) => `${where}: its ${what} have more than ${maxCharacters} characters.`),
  ];
}

function undeclared(given: Readonly<Record<string, string>>, declared: readonly string[]): string[] {
  const known = new Set(declared.map((field) => field.toLowerCase()));
  return Object.keys(given).filter((field) => !known.has(field.toLowerCase()));
}
