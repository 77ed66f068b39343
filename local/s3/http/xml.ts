import { XMLBuilder, XMLParser, XMLValidator } from "fast-xml-parser";
import { S3Error } from "./errors.ts";

const namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

/** What an element may hold: text, child elements (undefined ones are dropped), or a list for a repeated element. */
export type XmlContent = string | number | boolean | undefined | XmlElements | readonly XmlContent[];
export interface XmlElements {
  readonly [name: string]: XmlContent;
}

const builder = new XMLBuilder({
  ignoreAttributes: false,
  processEntities: false,
  tagValueProcessor: (_name, value) => escapeText(String(value)),
});

/**
 * An S3 answer document.
 * @param content the root's children in order; `@_xmlns` may be given to replace S3's namespace
 */
export function xmlDocument(rootName: string, content: XmlElements): string {
  return build({ [rootName]: { "@_xmlns": namespace, ...content } });
}

/** An S3 answer whose root holds one text, as GetBucketLocation has it. */
export function xmlTextDocument(rootName: string, text: string): string {
  return build({ [rootName]: { "@_xmlns": namespace, "#text": text } });
}

/** S3's error document, which has no namespace. */
export function xmlError(elements: Readonly<Record<string, string>>): string {
  return build({ Error: elements });
}

function build(root: XmlElements): string {
  return builder.build({ "?xml": { "@_version": "1.0", "@_encoding": "UTF-8" }, ...root });
}

/** Control characters (a key may hold them) become references, as S3 writes them; a bare CR would be lost in parsing. */
function escapeText(text: string): string {
  return text.replace(/[&<>"\p{Cc}]/gu, (character) => {
    switch (character) {
      case "&":
        return "&amp;";
      case "<":
        return "&lt;";
      case ">":
        return "&gt;";
      case '"':
        return "&quot;";
      default:
        return `&#x${character.charCodeAt(0).toString(16)};`;
    }
  });
}

/** A parsed element: text where it has no children, otherwise children by name, a repeated one as an array. */
export type ParsedXml = string | { readonly [name: string]: ParsedXml | readonly ParsedXml[] };

const parser = new XMLParser({
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
  // Keys of a DeleteObjects document may hold any number of escaped characters.
  processEntities: { enabled: true, maxTotalExpansions: Number.MAX_SAFE_INTEGER, maxExpandedLength: 64 * 1024 * 1024 },
});

/**
 * Reads a request document.
 * @returns the root element's children
 * @throws S3Error MalformedXML when it is not XML or has another root
 */
export function parseXml(document: string, rootName: string): ReadonlyMap<string, readonly ParsedXml[]> {
  if (document === "" || XMLValidator.validate(document) !== true) throw new S3Error("MalformedXML");
  const root = (parser.parse(document) as Record<string, ParsedXml>)[rootName];
  if (root === undefined) throw new S3Error("MalformedXML");
  return childrenOf(root);
}

/** The children of an element by name, each name with all its occurrences in order. */
export function childrenOf(element: ParsedXml): ReadonlyMap<string, readonly ParsedXml[]> {
  if (typeof element === "string") return new Map();
  const children = Object.entries(element).filter(([name]) => name !== "#text");
  return new Map(children.map(([name, value]) => [name, Array.isArray(value) ? value : [value as ParsedXml]]));
}

/**
 * The text of an element's only child of that name.
 * @throws S3Error MalformedXML when the child is repeated or has children itself
 */
export function textOf(children: ReadonlyMap<string, readonly ParsedXml[]>, name: string): string | undefined {
  const found = children.get(name);
  if (found === undefined) return undefined;
  const [only, second] = found;
  if (typeof only !== "string" || second !== undefined) throw new S3Error("MalformedXML");
  return only;
}
