import { hash } from "node:crypto";
import { NOT_S3, ServiceError } from "../aws/errors/errors.ts";
import { MAX_XML_BYTES, parseXml, type XmlElement } from "../aws/xml.ts";
import type { Body, HttpResponse, ResponseHead } from "../http/messages.ts";
import type { S3Request } from "./bucket.ts";

/** The namespace of all documents that are sent to S3. */
export const S3_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

/**
 * The parts of a request with an XML document. All stores accept Content-MD5, which S3 uses as a checksum; some refuse other checksum
 * headers.
 */
export function xmlRequest(xml: string): DocumentRequest {
  return documentRequest(Buffer.from(xml), "application/xml");
}

/** The parts of a request with a document. */
export type DocumentRequest = Required<Pick<S3Request, "headers" | "body" | "bodySha256">>;

/** The same for any document. */
export function documentRequest(bytes: Buffer, contentType: string): DocumentRequest {
  const body: Body = { sizeBytes: bytes.length, chunks: () => [bytes] };
  return {
    headers: {
      "content-type": contentType,
      "content-md5": hash("md5", bytes, "base64"),
    },
    body,
    bodySha256: hash("sha256", bytes, "hex"),
  };
}

/**
 * Writes a text as the content of an XML element. Line ends are written as references, since a parser would turn them
 * all into line feeds.
 */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/**
 * Reads an answer's document.
 *
 * @returns the children of its root element; none if that is empty.
 * @throws {ServiceError} with the code `NotS3` if it is not the document that S3 gives.
 */
export async function readResult(response: HttpResponse, rootName: string): Promise<XmlElement> {
  if (response.body.length > MAX_XML_BYTES) throw notS3(response, `the answer is too large for a ${rootName}`);
  const document = await parseXml(response.body).catch(() => ({}) as XmlElement);
  const root = document[rootName];
  if (typeof root === "string" && root.trim() === "") return {};
  if (typeof root !== "object" || Array.isArray(root)) throw notS3(response, `the answer is no ${rootName}`);
  return root as XmlElement;
}

/** The children of that name: none, one or several. */
export function childElements(element: XmlElement, name: string): readonly XmlElement[] {
  const child = element[name] ?? [];
  const children = Array.isArray(child) ? child : [child];
  return children.map((each: string | XmlElement) => (typeof each === "string" ? {} : each));
}

/** The text of the one child of that name; undefined if there is none, or if it is not a text. */
export function childText(element: XmlElement, name: string): string | undefined {
  const child = element[name];
  return typeof child === "string" ? child : undefined;
}

/** The error for an answer that cannot be from S3, for example a proxy's page with status 200. */
export function notS3(response: ResponseHead, serverMessage: string): ServiceError {
  return new ServiceError({ status: response.status, awsCode: NOT_S3, serverMessage });
}
