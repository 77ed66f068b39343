import type { XMLParser } from "fast-xml-parser";

/** An element's children by name: text, another element, or a list if a name occurs more than once. */
export type XmlElement = { readonly [name: string]: string | XmlElement | readonly (string | XmlElement)[] };

/**
 * The largest document, a page of 1,000 keys of 1,024 characters, is smaller. Parsing takes up to a second per 4 MiB and blocks
 * everything else, even a cancel.
 */
export const MAX_XML_BYTES = 4 * 1024 ** 2;

/** Most runs need no XML, so the parser is loaded with the first XML answer. */
let loadedParser: Promise<XMLParser> | undefined;

/**
 * Parses an XML answer. All values are strings, so that an ETag of digits does not become a number.
 *
 * @throws Error if the text is not well-formed XML, or longer than `MAX_XML_BYTES`.
 */
export async function parseXml(body: Buffer): Promise<XmlElement> {
  if (body.length > MAX_XML_BYTES) throw new Error("the document is too large");
  loadedParser ??= loadParser();
  const parser = await loadedParser;
  return parser.parse(body.toString("utf8"), true) as XmlElement;
}

async function loadParser(): Promise<XMLParser> {
  const { XMLParser } = await import("fast-xml-parser");
  return new XMLParser({
    parseTagValue: false,
    trimValues: false,
    htmlEntities: true,
    ignoreDeclaration: true,
  });
}
