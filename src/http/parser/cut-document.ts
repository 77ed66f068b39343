import type { ResponseHead } from "../messages.ts";

/** The start of an XML document, up to the name of its root element. */
const ROOT = /^\s*(?:<\?xml[^<>]{0,200}\?>\s*)?<([\w:.-]{1,100})[\s/>]/;
/** A root element is named within so many bytes. */
const ROOT_WITHIN_BYTES = 1000;

/**
 * Whether a body is an XML document without its end. If a body has no length, the end of the connection is its end, and half of a document
 * looks like all of it.
 */
export function isCutDocument({ headers }: ResponseHead, body: Buffer): boolean {
  if (body.length === 0 || !/\bxml\b/.test(headers["content-type"] ?? "")) return false;
  const [, name] = ROOT.exec(body.toString("latin1", 0, ROOT_WITHIN_BYTES)) ?? [];
  const end = body.toString("latin1", Math.max(0, body.length - ROOT_WITHIN_BYTES)).trimEnd();
  return name === undefined || !(end.endsWith(`</${name}>`) || isEmptyRoot(end, name));
}

/** Whether the document is one element without content. */
function isEmptyRoot(end: string, name: string): boolean {
  return end.endsWith("/>") && end.lastIndexOf("<") === end.lastIndexOf(`<${name}`);
}
