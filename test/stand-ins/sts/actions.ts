import type { IncomingMessage } from "node:http";
import type { XmlElements } from "../../../local/s3/http/xml.ts";
import { assumeRole } from "./assume-role.ts";
import { assumeRoleWithWebIdentity } from "./assume-role-with-web-identity.ts";
import { sessionResult, webIdentityResult } from "./documents.ts";
import { StsError } from "./errors.ts";
import type { Form } from "./parameters.ts";
import { accountOf, type StsState } from "./server-state.ts";
import { authenticate } from "./signature.ts";

const apiVersion = "2011-06-15";

/**
 * Does what a request asks.
 * @returns the content of its result
 * @throws StsError
 */
export function act(message: IncomingMessage, body: Buffer, form: Form, state: StsState): XmlElements {
  const action = form.get("Action") ?? "";
  if (form.get("Version") !== apiVersion) {
    const why = `Could not find operation ${action} for version ${form.get("Version") ?? "NO_VERSION_SPECIFIED"}`;
    throw new StsError("InvalidAction", why);
  }
  const caller = () => authenticate(signedPart(message), body, state).principal;
  switch (action) {
    case "AssumeRole":
      return sessionResult(assumeRole(form, caller(), state));
    case "AssumeRoleWithWebIdentity":
      return webIdentityResult(assumeRoleWithWebIdentity(form, state));
    case "GetCallerIdentity": {
      const { arn } = caller();
      return { Arn: arn, UserId: "AIDAEXAMPLE", Account: accountOf(arn) };
    }
    default:
      throw new StsError("InvalidAction", `Could not find operation ${action} for version ${apiVersion}`);
  }
}

function signedPart(message: IncomingMessage): Parameters<typeof authenticate>[0] {
  const { pathname, searchParams } = new URL(message.url ?? "/", "http://localhost");
  const headers = Object.entries(message.headers).map(([name, value]) => [name, String(value)] as const);
  return {
    method: message.method ?? "",
    path: decodeURIComponent(pathname),
    queryPairs: [...searchParams],
    wireHeaders: new Map(headers),
  };
}
