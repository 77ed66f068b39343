import * as tl from "azure-pipelines-task-lib/task.js";
import { CodedError } from "../errors/coded-error.ts";
import type { NetworkSettings } from "../http/network-settings.ts";
import { log } from "./log.ts";
import { takeNetworkSecrets, withoutUser } from "./network-secrets.ts";
import { type Exceptions, parseNoProxy } from "./no-proxy.ts";
import { maskSecret } from "./secret-input.ts";

/** A network setting of the agent or the environment is invalid. The message names the setting and says what to do. */
export class NetworkSettingsError extends CodedError {
  override readonly name: string = "NetworkSettingsError";
}

/** Environment variables that may hold the URL of a proxy, with its password. */
const PROXY_VARIABLES = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"];

/** Masks the passwords of all proxies. */
export function maskProxyPasswords(): void {
  maskSpellings(agentPassword());
  const urls = [takeNetworkSecrets().proxyUrl, ...PROXY_VARIABLES.map((name) => process.env[name])];
  for (const url of urls) {
    try {
      maskCredentials(parseProxyUrl(url ?? "", ""));
    } catch {
      // A malformed URL is reported when it is read. Its password is already masked then.
    }
  }
}

/** If the task was not started by its index.js, the task library has already removed it from the environment. */
function agentPassword(): string {
  return takeNetworkSecrets().proxyPassword ?? tl.getVariable("Agent.ProxyPassword") ?? "";
}

/**
 * Reads the proxies: the agent's proxy if it has one, otherwise those of the environment.
 *
 * @throws {NetworkSettingsError} if a proxy's URL or the list of exceptions is malformed.
 */
export function readProxies(): Pick<NetworkSettings, "proxyFor" | "proxySource"> {
  return readAgentProxy() ?? readEnvironmentProxies();
}

const AGENT_PROXY = "The agent's proxy (./config.sh --proxyurl)";

/** @returns undefined if the agent has no proxy. */
function readAgentProxy(): Pick<NetworkSettings, "proxyFor" | "proxySource"> | undefined {
  const password = agentPassword();
  const url = (takeNetworkSecrets().proxyUrl ?? "").trim();
  if (url === "") return undefined;
  const proxy = parseProxyUrl(url, AGENT_PROXY);
  const username = tl.getVariable("Agent.ProxyUsername") ?? "";
  if (username !== "") {
    // Percent-encoded here, because task-lib puts them into its URL unchanged.
    proxy.username = encodeURIComponent(username);
    proxy.password = encodeURIComponent(password);
  }
  maskCredentials(proxy);
  const isExcepted = readBypassList();
  return { proxyFor: (target) => (isExcepted(target) ? undefined : proxy), proxySource: "agent" };
}

/**
 * The agent passes the lines of its `.proxybypass`, which are JavaScript regular expressions for URLs, and the entries of its no_proxy,
 * in which it escapes only the dots. It skips what is not a regular expression, for example an entry that starts with a wildcard.
 */
function readBypassList(): Exceptions {
  const setting = "agent's list of proxy exceptions (.proxybypass or no_proxy)";
  const patterns = parsePatternList(tl.getVariable("Agent.ProxyBypassList") || "[]");
  if (!patterns)
    throw new NetworkSettingsError(
      "proxy-settings-invalid",
      `The ${setting} cannot be read: AGENT_PROXYBYPASSLIST is not a list in JSON. Restart the agent.`,
    );
  const exceptions: Exceptions[] = [];
  const ignored: string[] = [];
  for (const pattern of patterns.map((each) => each.trim())) {
    const matches = asExpression(pattern) ?? asWildcard(pattern);
    if (matches) exceptions.push(matches);
    else ignored.push(`"${pattern}"`);
  }
  if (ignored.length > 0) {
    const advice = "Correct them, for example .*\\.example\\.com, and restart the agent.";
    log.warning(
      "proxy-exception-ignored",
      `These entries of the ${setting} are not regular expressions and are ignored: ${ignored.join(", ")}. ${advice}`,
    );
  }
  return (url) => exceptions.some((matches) => matches(url));
}

function asExpression(pattern: string): Exceptions | undefined {
  try {
    const expression = new RegExp(pattern, "i");
    // The agent itself matches scheme, host and port; task-lib matches the whole URL.
    return ({ origin, href }) => expression.test(origin) || expression.test(href);
  } catch {
    return undefined;
  }
}

/** `*`, `*.host` or `.host`, as written in no_proxy. */
function asWildcard(pattern: string): Exceptions | undefined {
  const entry = pattern.replaceAll("\\.", ".");
  return /^(\*|\*?\.[a-z0-9_.-]+(:\d+)?)$/i.test(entry) ? parseNoProxy(entry) : undefined;
}

function parsePatternList(json: string): string[] | undefined {
  try {
    const list: unknown = JSON.parse(json);
    if (!Array.isArray(list) || !list.every((pattern) => typeof pattern === "string")) return undefined;
    return list.filter((pattern) => pattern.trim() !== "");
  } catch {
    return undefined;
  }
}

/** A proxy for each protocol and a list of exceptions, read as most programs do. */
function readEnvironmentProxies(): Pick<NetworkSettings, "proxyFor" | "proxySource"> {
  const [secure, plain] = ["https_proxy", "http_proxy"].map((name) => {
    const text = environment(name);
    if (text === "") return undefined;
    const proxy = parseProxyUrl(text, `The environment variable ${name.toUpperCase()}`);
    maskCredentials(proxy);
    return proxy;
  });
  const isExcepted = parseNoProxy(environment("no_proxy"));
  return {
    proxyFor: (target) => (isExcepted(target) ? undefined : target.protocol === "https:" ? secure : plain),
    proxySource: "environment",
  };
}

/** The lower-case name wins: it is the older spelling, and all programs know it. */
function environment(name: string): string {
  return (process.env[name] || process.env[name.toUpperCase()] || "").trim();
}

/** Reads a proxy's URL, or only its host and port. User and password are percent-encoded in the result, even if they were not before. */
function parseProxyUrl(text: string, setting: string): URL {
  // A password may contain characters that a URL must not, for example / or #. Then no part of the text can be shown.
  const [, userinfo = ""] = /^[^/]*\/\/(.*)@/.exec(text) ?? [];
  maskSpellings(userinfo.replace(/^[^:]*:?/, ""));
  const advice = "Enter a URL, for example http://proxy.example.com:3128. Only http and https are supported.";
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = withScheme.replace(/%(?![0-9a-f]{2})(?=.*@)/gi, "%25");
  if (!URL.canParse(url))
    throw new NetworkSettingsError(
      "proxy-settings-invalid",
      `${setting} is not a URL: "${withoutUser(text)}". ${advice}`,
    );
  const proxy = new URL(url);
  if ((proxy.protocol !== "http:" && proxy.protocol !== "https:") || proxy.hostname === "") {
    throw new NetworkSettingsError(
      "proxy-settings-invalid",
      `${setting} has a URL that the task cannot use: "${withoutUser(text)}". ${advice}`,
    );
  }
  proxy.username = encodeURIComponent(decode(proxy.username));
  proxy.password = encodeURIComponent(decode(proxy.password));
  return proxy;
}

/** A percent sign that does not start an encoded character is part of the password. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Masks a proxy's password in all its forms: in the settings, in a URL, and in a header. */
function maskCredentials({ username, password }: URL): void {
  const [user, secret] = [username, password].map(decodeURIComponent) as [string, string];
  if (secret === "") return;
  maskSpellings(secret);
  maskSecret(Buffer.from(`${user}:${secret}`).toString("base64"));
}

function maskSpellings(password: string): void {
  maskSecret(password);
  maskSecret(encodeURIComponent(password));
}
