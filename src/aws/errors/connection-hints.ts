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
    return isCertificateCode(error.code)
      ? adviseOnHost(error.code, host, proxySettings)
      : `Check ${proxySettings}, and that this machine reaches ${host}; ${bypass}.`;
  }
  if (error.status === 407 || error.status === 401) {
    const credentials = isAgents ? "./config.sh --proxyusername, --proxypassword" : "http://user:password@host:port";
    return `The proxy wants a user and password, or others than it got: check ${proxySettings} (${credentials}). Of the ways to ask for them, Basic is supported.`;
  }
  if (error.code === "EHOSTUNREACH") {
    return `The proxy does not reach ${error.hostname}: check ${setting}, and what the proxy allows; ${bypass}.`;
  }
  return `The proxy does not let this machine through to ${error.hostname}: have its administrator allow that, with CONNECT to this port; ${bypass}.`;
}

const AGENT_PROXY = "the agent's proxy settings (./config.sh --proxyurl)";
const ENVIRONMENT_PROXY = "HTTPS_PROXY or HTTP_PROXY in the step's environment";

/** What a proxy looks into, it encrypts anew, with a certificate of its own. */
function adviseBeyondProxy({ code, hostname, proxy }: ProxyError, setting: string): string {
  const advice = adviseOnHost(code, hostname, setting);
  return isUntrusted(code)
    ? `${advice} Where the proxy ${proxy.host} looks into connections, that is its own.`
    : advice;
}

function adviseOnHost(code: string, host: string, setting: string): string {
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return `The name ${host} is not known: check ${setting}, and regionName.`;
  }
  if (/ALERT.*CERT|CERT.*REQUIRED/.test(code)) {
    return `${host} wants a certificate of this machine, or does not accept the one it got: configure the agent with the right one (./config.sh --sslclientcert, --sslclientcertkey).`;
  }
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") {
    return `The certificate of ${host} is out of date: renew it there, or set this machine's clock.`;
  }
  if (/ALTNAME/.test(code)) {
    return `The certificate of ${host} is for other names: check ${setting}, or have a certificate issued for this one.`;
  }
  if (isUntrusted(code)) {
    return `The certificate of ${host} is not trusted: check ${setting}; or give the agent the file with the certificate of the authority that issued it (./config.sh --sslcacert), or name that file as NODE_EXTRA_CA_CERTS in the step's env.`;
  }
  if (/^(ERR_SSL|EPROTO|HPE)/.test(code)) {
    return `What answered does not speak this protocol: check http or https, and the port, in ${setting}.`;
  }
  return `Check that ${setting} is right, and that this machine reaches ${host}.`;
}

function isUntrusted(code: string): boolean {
  return /CERT|SELF_SIGNED|ISSUER|LEAF_SIGNATURE/.test(code) && !/ALERT|REQUIRED|EXPIRED|NOT_YET|ALTNAME/.test(code);
}

/** Whether a connection failed over a certificate, or before one could be shown. */
export function isCertificateCode(code: string): boolean {
  return /CERT|SELF_SIGNED|ISSUER|LEAF_SIGNATURE|ALTNAME|^ERR_SSL|^EPROTO/.test(code);
}
