import { parseArgs } from "node:util";
import { v5 as uuidV5 } from "uuid";
import manifest from "../package.json" with { type: "json" };

export const usage = `Usage: npm run package -- [options]

Packs the extension for the marketplace.

  --publisher NAME  your publisher, in place of the one in vss-extension.json
  --dev             with --publisher: other ids and names, to be installed beside the extension itself
  --version X.Y.Z   in place of the version in package.json: each upload needs a higher one`;

const CONNECTION_TYPE = "ms.vss-endpoint.service-endpoint-type";

/** Whose extension is packed, and under which version. */
export interface Edition {
  /** Absent for the publisher in vss-extension.json. */
  readonly publisher?: string;
  readonly isDev: boolean;
  /** Three numbers. */
  readonly version: string;
}

/** An argument is wrong; the message is one sentence that says what to enter. */
export class ArgumentError extends Error {}

/**
 * Reads the arguments of `npm run package`.
 *
 * @throws {ArgumentError} for the first wrong one.
 */
export function parseEdition(argv: readonly string[]): Edition | "help" {
  const values = parse(argv);
  if (values.help) return "help";
  const { publisher, dev, version = manifest.version } = values;
  if (publisher !== undefined && !/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(publisher)) {
    throw new ArgumentError(`--publisher "${publisher}" is not the ID of a publisher: enter letters, digits, - and _.`);
  }
  if (dev && publisher === undefined)
    throw new ArgumentError("--dev needs --publisher NAME: enter your publisher's ID.");
  if (!/^(?:0|[1-9]\d{0,8})(?:\.(?:0|[1-9]\d{0,8})){2}$/.test(version)) {
    throw new ArgumentError(`--version "${version}" is not a version: enter three numbers, for example 1.0.1.`);
  }
  return { ...(publisher === undefined ? {} : { publisher }), isDev: dev, version };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        publisher: { type: "string" },
        dev: { type: "boolean", default: false },
        version: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    const [what] = (error as Error).message.split(". ");
    throw new ArgumentError(`${what}: npm run package -- --help lists the options.`);
  }
}

/** The part of vss-extension.json that an edition changes. */
export interface ExtensionManifest {
  readonly id: string;
  readonly publisher: string;
  readonly name: string;
  readonly contributions: readonly Contribution[];
}

interface Contribution {
  readonly id: string;
  readonly type: string;
  readonly properties: { readonly name: string; readonly displayName?: string };
}

/** The part of a task.json that an edition changes. */
export interface TaskManifest {
  readonly id: string;
  readonly name: string;
  readonly friendlyName: string;
  readonly inputs: readonly { readonly type: string }[];
}

/** The manifest of an edition, whose tasks are in folders of the edition's task names. */
export function editionManifest<T extends ExtensionManifest>(extension: T, edition: Edition): T {
  const { publisher = extension.publisher, isDev, version } = edition;
  if (!isDev) return { ...extension, publisher, version };
  return {
    ...extension,
    publisher,
    version,
    id: `${extension.id}-dev`,
    name: `${extension.name} (dev)`,
    contributions: extension.contributions.map(({ id, properties, ...rest }) => ({
      ...rest,
      id: `${id}-dev`,
      properties: {
        ...properties,
        name: devName(properties.name),
        ...(properties.displayName ? { displayName: `${properties.displayName} (dev)` } : {}),
      },
    })),
  };
}

/**
 * A task.json of an edition. A development edition has an id of its own, which is the same in each build, since a
 * contribution keeps its task's id for ever; another name, so that a pipeline says which of the two it means; and its
 * own type of service connection.
 *
 * @param extension the manifest before it became the edition's: it says which types of service connection are its own.
 */
export function editionTask<T extends TaskManifest>(task: T, extension: ExtensionManifest, edition: Edition): T {
  const [Major, Minor, Patch] = edition.version.split(".").map(Number);
  if (!edition.isDev) return { ...task, version: { Major, Minor, Patch } };
  const ownTypes = extension.contributions
    .filter(({ type }) => type === CONNECTION_TYPE)
    .map(({ properties }) => `connectedService:${properties.name}`);
  return {
    ...task,
    version: { Major, Minor, Patch },
    // The namespace is the id of the task itself; the name in it, who develops.
    id: uuidV5(`${edition.publisher}/dev`, task.id),
    name: devName(task.name),
    friendlyName: `${task.friendlyName} (dev)`,
    inputs: task.inputs.map((input) =>
      ownTypes.includes(input.type) ? { ...input, type: devName(input.type) } : input,
    ),
  };
}

function devName(name: string): string {
  return `${name}Dev`;
}
