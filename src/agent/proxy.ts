import * as tl from "azure-pipelines-task-lib/task.js";
import { CodedError } from "../errors/coded-error.ts";
import type { NetworkSettings } from "../http/network-settings.ts";
import { log } from "./log.ts";
import { takeNetworkSecrets, withoutUser } from "./network-secrets.ts";
import { type Exceptions, parseNoProxy } from "./no-proxy.ts";
import { maskSecret } from "./secret-input.ts";

/** The agent's network settings, or the environment's, are of no use. The message names the setting, and says what to do. */
export class NetworkSettingsError extends CodedError {
  override readonly name: string = "NetworkSettingsError";
}

/** The variables of the environment that may hold a proxy's URL, with its password. */
const PROXY_VARIABLES = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"];

/** Masks the passwords of all proxies. */
export function maskProxyPasswords(): void {
  maskSpellings(agentPassword());
  const urls = [takeNetworkSecrets().proxyUrl, ...PROXY_VARIABLES.map((name) => process.env[name])];
  for (const url of urls) {
    try {
      maskCredentials(parseProxyUrl(url ?? "", ""));
    } catch {
      // A malformed one is reported when it is read, and its password is masked by now.
    }
  }
}

/** Where the task is not started by its index.js, the library has taken it before. */
function agentPassword(): string {
  return takeNetworkSecrets().proxyPassword ?? tl.getVariable("Agent.ProxyPassword") ?? "";
}

/**
 * Reads the proxies: the agent's for everything, where it has one, and otherwise those of the environment.
 *
 * @throws {NetworkSettingsError} where a proxy's URL or the list of exceptions is malformed.
 */
export function readProxies(): Pick<NetworkSettings, "proxyFor" | "proxySource"> {
  return readAgentProxy() ?? readEnvironmentProxies();
}

const AGENT_PROXY = "The agent's proxy (./config.sh --proxyurl)";

/** @returns undefined where the agent has no proxy. */
function readAgentProxy(): Pick<NetworkSettings, "proxyFor" | "proxySource"> | undefined {
  const password = agentPassword();
  const url = (takeNetworkSecrets().proxyUrl ?? "").trim();
  if (url === "") return undefined;
  const proxy = parseProxyUrl(url, AGENT_PROXY);
  const username = tl.getVariable("Agent.ProxyUsername") ?? "";
  if (username !== "") {
    // Percent-encoded here: task-lib puts them into its URL as they are.
    proxy.username = encodeURIComponent(username);
    proxy.password = encodeURIComponent(password);
  }
  maskCredentials(proxy);
  const isExcepted = readBypassList();
  return { proxyFor: (target) => (isExcepted(target) ? undefined : proxy), proxySource: "agent" };
}

/**
 * The agent hands over the lines of its `.proxybypass`, regular expressions in JavaScript's syntax on URLs, and the entries of its no_proxy,
 * whose dots it escapes and nothing else. It passes over what is no expression, which a wildcard in front is.
 */
function readBypassList(): Exceptions {
  const setting = "The agent's list of proxy exceptions (.proxybypass or no_proxy)";
  const patterns = parsePatternList(tl.getVariable("Agent.ProxyBypassList") || "[]");
  if (!patterns)
    throw new NetworkSettingsError(
      "proxy-settings-invalid",
      `${setting} is not a list (AGENT_PROXYBYPASSLIST). Restart the agent.`,
    );
  const exceptions: Exceptions[] = [];
  const ignored: string[] = [];
  for (const pattern of patterns.map((each) => each.trim())) {
    const matches = asExpression(pattern) ?? asWildcard(pattern);
    if (matches) exceptions.push(matches);
    else ignored.push(`"${pattern}"`);
  }
  if (ignored.length > 0) {
    const advice = "Correct it, for example .*\\.example\\.com, and restart the agent.";
    log.warning(
      "proxy-exception-ignored",
      `${setting} has entries that are not regular expressions. They are ignored: ${ignored.join(", ")}. ${advice}`,
    );
  }
  return (url) => exceptions.some((matches) => matches(url));
}

function asExpression(pattern: string): Exceptions | undefined {
  try {
    const expression = new RegExp(pattern, "i");
    // The agent itself looks at scheme, host and port, task-lib at all of a URL.
    return ({ origin, href }) => expression.test(origin) || expression.test(href);
  } catch {
    return undefined;
  }
}

/** `*`, `*.host` or `.host`, as they stand in no_proxy. */
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

/** A proxy for each protocol, and a list of exceptions, as most programs read them. */
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

/** In lower case it goes before: that is the older spelling, and the one that all programs know. */
function environment(name: string): string {
  return (process.env[name] || process.env[name.toUpperCase()] || "").trim();
}

/** Reads a proxy's URL, or its host and port alone; user and password come out percent-encoded, however they went in. */
function parseProxyUrl(text: string, setting: string): URL {
  // A password may hold what a URL may not, as / or #: with it, nothing of the text can be shown.
  const [, userinfo = ""] = /^[^/]*\/\/(.*)@/.exec(text) ?? [];
  maskSpellings(userinfo.replace(/^[^:]*:?/, ""));
  const advice = "Enter a URL, for example http://proxy.example.com:3128. Only http and https are supported.";
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
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

/** A percent sign that encodes nothing is one of the password's own. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Masks all that a proxy's password looks like: in the settings, in a URL, and in a header. */
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
