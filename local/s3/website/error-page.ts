import { type ServerResponse, STATUS_CODES } from "node:http";
import type { ErrorFacts } from "../http/error-reply.ts";
import { S3Error } from "../http/errors.ts";
import type { Reply } from "../http/reply.ts";

/**
 * An error as a website shows it: with a page, or for HEAD only with status and headers. Source: "Configuring a custom error document" in
 * the Amazon S3 User Guide
 * @param error its cause, if any, is why the error document could not be read
 */
export function htmlErrorReply(error: ErrorFacts, response: ServerResponse): Reply {
  const { status, code, message, elements = {} } = error;
  const details = Object.entries(elements).map(([name, value]) => [`x-amz-error-detail-${name}`, encodeURI(value)]);
  const headers = {
    "content-type": "text/html; charset=utf-8",
    "x-amz-error-code": code,
    "x-amz-error-message": message,
    ...Object.fromEntries(details),
    ...error.headers,
  };
  if (response.req.method === "HEAD") return { status, headers };
  const title = `${status} ${STATUS_CODES[status] ?? code}`;
  const ids = {
    RequestId: String(response.getHeader("x-amz-request-id")),
    HostId: String(response.getHeader("x-amz-id-2")),
  };
  return { status, headers, content: page(title, factList(error, ids), error.cause) };
}

function page(title: string, facts: string, documentError: unknown): string {
  const more =
    documentError instanceof S3Error
      ? `<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>\n${factList(documentError)}`
      : "";
  return `<html>
<head><title>${title}</title></head>
<body>
<h1>${title}</h1>
${facts}${more}<hr/>
</body>
</html>
`;
}

function factList({ code, message, elements }: ErrorFacts, ids: Readonly<Record<string, string>> = {}): string {
  const facts = Object.entries({ Code: code, Message: message, ...elements, ...ids });
  return `<ul>\n${facts.map(([name, value]) => `<li>${name}: ${escapeHtml(value)}</li>\n`).join("")}</ul>\n`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
