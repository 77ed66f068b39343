import { type XmlElements, xmlDocument } from "../../../local/s3/http/xml.ts";
import type { WebIdentitySession } from "./assume-role-with-web-identity.ts";
import type { OpenedSession } from "./open-session.ts";

const namespace = "https://sts.amazonaws.com/doc/2011-06-15/";

/** The answer to an action. */
export function resultDocument(action: string, result: XmlElements, requestId: string): string {
  return xmlDocument(`${action}Response`, {
    "@_xmlns": namespace,
    [`${action}Result`]: result,
    ResponseMetadata: { RequestId: requestId },
  });
}

/** The answer to what went wrong. */
export function errorDocument(status: number, code: string, message: string, requestId: string): string {
  const error = { Type: status < 500 ? "Sender" : "Receiver", Code: code, Message: message };
  return xmlDocument("ErrorResponse", { "@_xmlns": namespace, Error: error, RequestId: requestId });
}

export function sessionResult({ credential, expiresAt, arn, roleId }: OpenedSession): XmlElements {
  return {
    AssumedRoleUser: { AssumedRoleId: roleId, Arn: arn },
    Credentials: {
      AccessKeyId: credential.accessKeyId,
      SecretAccessKey: credential.secretAccessKey,
      SessionToken: credential.sessionToken,
      Expiration: expiresAt.toISOString().replace(".000", ""),
    },
  };
}

export function webIdentityResult(session: WebIdentitySession): XmlElements {
  return {
    SubjectFromWebIdentityToken: session.subject,
    Audience: session.audience,
    Provider: session.providerArn,
    ...sessionResult(session),
  };
}
