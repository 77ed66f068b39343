import type { ErrorCode } from "../../errors/error-codes.ts";
import { isCertificateCode } from "../../errors/system-codes.ts";
import type { ConnectionError } from "../../http/connection-error.ts";
import { ProxyError } from "../../http/proxy-error.ts";

/**
 * Says what to do if a host does not answer, or answers wrongly.
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
  const bypass = `If this machine reaches ${error.hostname} without a proxy, add the host to ${exceptions}.`;
  if (error.stage === "unreached") {
    return isCertificateCode(error.systemCode)
      ? adviseOnHost(error.code, host, proxySettings)
      : `Check ${proxySettings}, and that this machine reaches ${host}. ${bypass}`;
  }
  if (error.code === "proxy-password-wrong") {
    const credentials = isAgents ? "./config.sh --proxyusername, --proxypassword" : "http://user:password@host:port";
    return `The proxy requires a user and a password, or the configured ones are wrong. Check ${proxySettings} (${credentials}). Only Basic authentication is supported.`;
  }
  if (error.code === "no-connection") {
    return `The proxy does not reach ${error.hostname}. Check ${setting}, and the rules of the proxy. ${bypass}`;
  }
  return `The proxy does not allow connections to ${error.hostname}. Ask its administrator to allow CONNECT to this host and port. ${bypass}`;
}

const AGENT_PROXY = "the agent's proxy settings (./config.sh --proxyurl)";
const ENVIRONMENT_PROXY = "HTTPS_PROXY or HTTP_PROXY in the step's environment";

/** A proxy that inspects TLS presents its own certificate. */
function adviseBeyondProxy({ code, hostname, proxy }: ProxyError, setting: string): string {
  const advice = adviseOnHost(code, hostname, setting);
  return code === "certificate-not-trusted"
    ? `${advice} If the proxy ${proxy.host} inspects TLS, this is the authority of the proxy.`
    : advice;
}

function adviseOnHost(code: ErrorCode, host: string, setting: string): string {
  switch (code) {
    case "name-not-found":
      return `The name ${host} is not known. Check ${setting}, and regionName.`;
    case "client-certificate-refused":
      return `${host} requires a client certificate, or does not accept the one it got. Configure the agent with the right one (./config.sh --sslclientcert, --sslclientcertkey).`;
    case "certificate-expired":
      return `The certificate of ${host} has expired or is not valid yet. Renew it, or set the clock of this machine.`;
    case "certificate-name-wrong":
      return `The certificate of ${host} is for other host names. Check ${setting}, or use a certificate for this host.`;
    case "certificate-not-trusted":
      return `The certificate of ${host} is not trusted. Check ${setting}. Or give the agent the certificate of its authority (./config.sh --sslcacert), or set NODE_EXTRA_CA_CERTS to that file in the env of the step.`;
    case "protocol-wrong":
      return `The server uses another protocol. Check http or https, and the port, in ${setting}.`;
    default:
      return `Check that ${setting} is right, and that this machine reaches ${host}.`;
  }
}
