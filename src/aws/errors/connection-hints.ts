import type { ErrorCode } from "../../errors/error-codes.ts";
import { isCertificateCode } from "../../errors/system-codes.ts";
import type { ConnectionError } from "../../http/connection-error.ts";
import { ProxyError } from "../../http/proxy-error.ts";

/**
 * Says what to do where a host does not answer, or not as it should.
 *
 * @param setting the field that the host's name comes from, if not from the region.
 */
export function connectionHint(error: ConnectionError, setting: string): string {
  if (!(error instanceof ProxyError)) return adviseOnHost(error.code, error.hostname, setting);
  if (error.stage === "beyond") return adviseBeyondProxy(error, setting);
  const { host, source } = error.proxy;
  const isAgents = source === "agent";
  const proxySettings = isAgents ? AGENT_PROXY : ENVIRONMENT_PROXY;
  const exceptions = isAgents ? "the agent's .proxybypass" : "NO_PROXY";
  const bypass = `if this machine reaches ${error.hostname} without a proxy, name it in ${exceptions}`;
  if (error.stage === "unreached") {
    return isCertificateCode(error.systemCode)
      ? adviseOnHost(error.code, host, proxySettings)
      : `Check ${proxySettings}, and that this machine reaches ${host}; ${bypass}.`;
  }
  if (error.code === "proxy-password-wrong") {
    const credentials = isAgents ? "./config.sh --proxyusername, --proxypassword" : "http://user:password@host:port";
    return `The proxy wants a user and password, or others than it got: check ${proxySettings} (${credentials}). Of the ways to ask for them, Basic is supported.`;
  }
  if (error.code === "no-connection") {
    return `The proxy does not reach ${error.hostname}: check ${setting}, and what the proxy allows; ${bypass}.`;
  }
  return `The proxy does not let this machine through to ${error.hostname}: have its administrator allow that, with CONNECT to this port; ${bypass}.`;
}

const AGENT_PROXY = "the agent's proxy settings (./config.sh --proxyurl)";
const ENVIRONMENT_PROXY = "HTTPS_PROXY or HTTP_PROXY in the step's environment";

/** What a proxy looks into, it encrypts anew, with a certificate of its own. */
function adviseBeyondProxy({ code, hostname, proxy }: ProxyError, setting: string): string {
  const advice = adviseOnHost(code, hostname, setting);
  return code === "certificate-not-trusted"
    ? `${advice} Where the proxy ${proxy.host} looks into connections, that is its own.`
    : advice;
}

function adviseOnHost(code: ErrorCode, host: string, setting: string): string {
  switch (code) {
    case "name-not-found":
      return `The name ${host} is not known: check ${setting}, and regionName.`;
    case "client-certificate-refused":
      return `${host} wants a certificate of this machine, or does not accept the one it got: configure the agent with the right one (./config.sh --sslclientcert, --sslclientcertkey).`;
    case "certificate-expired":
      return `The certificate of ${host} is out of date: renew it there, or set this machine's clock.`;
    case "certificate-name-wrong":
      return `The certificate of ${host} is for other names: check ${setting}, or have a certificate issued for this one.`;
    case "certificate-not-trusted":
      return `The certificate of ${host} is not trusted: check ${setting}; or give the agent the file with the certificate of the authority that issued it (./config.sh --sslcacert), or name that file as NODE_EXTRA_CA_CERTS in the step's env.`;
    case "protocol-wrong":
      return `What answered does not speak this protocol: check http or https, and the port, in ${setting}.`;
    default:
      return `Check that ${setting} is right, and that this machine reaches ${host}.`;
  }
}
