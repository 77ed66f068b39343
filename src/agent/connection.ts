import * as tl from "azure-pipelines-task-lib/task.js";
import type { Credentials } from "../aws/credentials.ts";
import type { AddressingStyle } from "../aws/endpoint.ts";
import type { InputReader } from "./inputs.ts";

/** A service connection of type `AwsS3`, as the agent hands it to the task. */
export interface Connection {
  /** Absent for Amazon S3 itself. */
  readonly endpoint?: URL;
  /** Empty where the connection names none. */
  readonly region: string;
  readonly addressingStyle: AddressingStyle;
  readonly credentials: Credentials;
}

/** The connection's URL that means Amazon S3 itself, whatever the region. */
const AMAZON_S3_HOST = "s3.amazonaws.com";
const AMAZON_S3_URL = `https://${AMAZON_S3_HOST}/`;
const ADDRESSING_STYLES: readonly string[] = ["auto", "path", "virtual"] satisfies AddressingStyle[];

/**
 * Reads the connection that an input of type `connectedService:AwsS3` points to, and masks its secrets. What is wrong with it is told to
 * the reader under the input's name.
 *
 * @returns undefined where the connection cannot be used.
 */
export function readConnection(reader: InputReader, input: string): Connection | undefined {
  const id = reader.required(input, "Choose a service connection of type AWS S3.");
  if (id === "") return undefined;
  const authorization = tl.getEndpointAuthorization(id, true);
  if (!authorization) {
    const advice = "Check that the pipeline may use it; a pull request from a fork may not.";
    reader.problem(input, `the agent has no such service connection. ${advice}`);
    return undefined;
  }
  const credentials = readKeys(reader, input, authorization.scheme, authorization.parameters);
  const endpoint = readEndpoint(reader, input, tl.getEndpointUrl(id, true) ?? "");
  const addressingStyle = (tl.getEndpointDataParameter(id, "addressingStyle", true) || "auto").trim();
  if (!ADDRESSING_STYLES.includes(addressingStyle)) {
    reader.problem(input, `its addressing style is "${addressingStyle}"; it can be auto, path or virtual.`);
  }
  return {
    ...(endpoint ? { endpoint } : {}),
    region: (tl.getEndpointDataParameter(id, "region", true) ?? "").trim(),
    addressingStyle: addressingStyle as AddressingStyle,
    credentials,
  };
}

function readKeys(
  reader: InputReader,
  input: string,
  scheme: string,
  parameters: Readonly<Record<string, string>>,
): Credentials {
  const accessKeyId = (parameters.username ?? "").trim();
  const secretAccessKey = (parameters.password ?? "").trim();
  const sessionToken = (parameters.sessionToken ?? "").trim();
  for (const secret of [secretAccessKey, sessionToken]) if (secret && !/[\r\n]/.test(secret)) tl.setSecret(secret);

  if (scheme !== "UsernamePassword") {
    reader.problem(input, `its authentication scheme is "${scheme}"; this task needs one with access keys.`);
  } else {
    if (accessKeyId === "") reader.problem(input, "its access key id is empty. Enter it in the service connection.");
    if (secretAccessKey === "") {
      reader.problem(input, "its secret access key is empty. Enter it in the service connection.");
    }
    // An invisible character comes along when a key is copied from a page or a mail.
    if (/[^\x21-\x7e]/.test(accessKeyId + secretAccessKey + sessionToken)) {
      const what = "one of its keys has a character in it that keys do not have, perhaps an invisible one.";
      reader.problem(input, `${what} Enter it in the service connection again.`);
    }
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}

/** @returns undefined for Amazon S3 itself, and where the URL is wrong. */
function readEndpoint(reader: InputReader, input: string, text: string): URL | undefined {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  const shown = url ? `${url.protocol}//${url.host}${url.pathname}` : text;
  const wrong = (why: string) => {
    reader.problem(
      input,
      `its server URL "${shown}" ${why}. Enter https://s3.amazonaws.com/ for Amazon S3, or the address of your store.`,
    );
    return undefined;
  };
  if (!url) return wrong("is not a URL");
  if (url.protocol !== "https:" && url.protocol !== "http:") return wrong("does not start with https:// or http://");
  if (url.username || url.password)
    return wrong("holds a user name or password, which belong into the connection's keys");
  if (url.search || url.hash) return wrong("has a query or fragment");
  if (url.hostname !== AMAZON_S3_HOST) return url;
  if (url.href !== AMAZON_S3_URL) return wrong(`is not quite that of Amazon S3, ${AMAZON_S3_URL}`);
  return undefined;
}
