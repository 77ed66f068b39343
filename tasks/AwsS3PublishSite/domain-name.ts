import { domainToASCII } from "node:url";
import { CodedError } from "../../src/errors/coded-error.ts";

/** RFC 1035, section 2.3.4, less the root's label. */
const MAX_LENGTH = 253;
const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const DOMAIN_NAME = new RegExp(`^(?:${LABEL}\\.)+(?!\\d+$)${LABEL}$`);

/**
 * Reads the name of a host: in lower case, without a dot at its end, and in ASCII, so that `bücher.example` is `xn--bcher-kva.example`.
 *
 * @throws Error if there can be no such name.
 */
export function parseDomainName(text: string): string {
  const advice = "Enter only a domain name, for example www.example.com.";
  if (/[/:]/.test(text)) throw new CodedError("domain-name-invalid", `"${text}" is an address. ${advice}`);
  const name = domainToASCII(text.replace(/\.$/, ""));
  if (name.length > MAX_LENGTH || !DOMAIN_NAME.test(name))
    throw new CodedError("domain-name-invalid", `"${text}" is not a domain name. ${advice}`);
  return name;
}
