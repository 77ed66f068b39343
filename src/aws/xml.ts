/** An element's children by name: text, a further element, or a list where a name occurs more than once. */
export type XmlElement = { readonly [name: string]: string | XmlElement | readonly (string | XmlElement)[] };

/**
 * Parses an XML answer; every value stays text, so that an ETag of digits does not become a number.
 *
 * @throws Error where the text is not well-formed XML.
 */
export async function parseXml(body: Buffer): Promise<XmlElement> {
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
