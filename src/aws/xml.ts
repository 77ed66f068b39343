/** An element's children by name: text, a further element, or a list where a name occurs more than once. */
export type XmlElement = { readonly [name: string]: string | XmlElement | readonly (string | XmlElement)[] };

/**
 * The largest document, a page of 1,000 keys of 1,024 characters, has less. To parse one takes up to a second for each 4 MiB, in which
 * nothing else is done, not even to hear of a cancel.
 */
export const MAX_XML_BYTES = 4 * 1024 ** 2;

/**
 * Parses an XML answer; every value stays text, so that an ETag of digits does not become a number.
 *
 * @throws Error where the text is not well-formed XML, or has more than `MAX_XML_BYTES`.
 */
export async function parseXml(body: Buffer): Promise<XmlElement> {
  if (body.length > MAX_XML_BYTES) throw new Error("the document is too large");
  // Most runs need no XML at all, so the parser is loaded with the first answer that has some.
  const { XMLParser } = await import("fast-xml-parser");
  const parser = new XMLParser({
    parseTagValue: false,
    trimValues: false,
    htmlEntities: true,
    ignoreDeclaration: true,
  });
  return parser.parse(body.toString("utf8"), true) as XmlElement;
}
