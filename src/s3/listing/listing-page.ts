import type { XmlElement } from "../../aws/xml.ts";
import type { HttpResponse } from "../../http/messages.ts";
import { childElements, childText, notS3, readResult } from "../xml-body.ts";

/** One `<Contents>` of a listing: its texts, with references resolved. The ETag may have quotation marks around it. */
export interface ListedEntry {
  readonly key: string | undefined;
  readonly lastModified: string | undefined;
  readonly etag: string | undefined;
  readonly size: string | undefined;
  readonly storageClass: string | undefined;
  readonly checksumAlgorithm: string | undefined;
}

export interface ListingPage {
  readonly entries: readonly ListedEntry[];
  /** If a delimiter was asked for: what keys have in common up to it. */
  readonly commonPrefixes: readonly (string | undefined)[];
  /** `url` where keys are percent-encoded. */
  readonly encodingType: string | undefined;
  /** Undefined if the answer does not say. */
  readonly isTruncated: boolean | undefined;
  readonly nextToken: string | undefined;
  /** Instead of a token, from a store that only knows the first version of the request. */
  readonly nextMarker: string | undefined;
}

/**
 * Reads an answer of ListObjectsV2.
 *
 * The entries are scanned by hand: a listing is nearly all entries, and the XML parser takes ten times as long for them
 * (40 µs an object, so 40 s for a million, against 4 s). So is what stands around them: to load the parser takes longer than
 * most listings. The page goes to the parser if it is not written in the plain way that every known store writes it.
 *
 * @throws {ServiceError} with the code `NotS3` if the answer is not a listing.
 */
export async function readListingPage(response: HttpResponse): Promise<ListingPage> {
  const scanned = scanEntries(response.body);
  const body = scanned ? scanned.rest : response.body;
  const root = (scanned && scanRoot(body)) ?? (await readResult({ ...response, body }, ROOT_NAME));
  const entries = scanned?.entries ?? childElements(root, "Contents").map(entryOf);
  const commonPrefixes = childElements(root, "CommonPrefixes").map((folder) => childText(folder, "Prefix"));
  const isTruncated = childText(root, "IsTruncated")?.trim().toLowerCase();
  // Some stores omit it, but a document without any element of a listing is not one.
  if (
    isTruncated === undefined &&
    entries.length + commonPrefixes.length === 0 &&
    childText(root, "Name") === undefined
  ) {
    throw notS3(response, "the listing does not say whether it is complete");
  }
  return {
    entries,
    commonPrefixes,
    encodingType: childText(root, "EncodingType"),
    isTruncated: isTruncated === undefined ? undefined : isTruncated === "true",
    nextToken: childText(root, "NextContinuationToken") || undefined,
    nextMarker: childText(root, "NextMarker") || undefined,
  };
}

function entryOf(element: ReturnType<typeof childElements>[number]): ListedEntry {
  return {
    key: childText(element, "Key"),
    lastModified: childText(element, "LastModified"),
    etag: childText(element, "ETag"),
    size: childText(element, "Size"),
    storageClass: childText(element, "StorageClass"),
    checksumAlgorithm: childText(element, "ChecksumAlgorithm"),
  };
}

const ROOT_NAME = "ListBucketResult";
const ROOT = new RegExp(`^\\s*(?:<\\?xml [^<>]*\\?>\\s*)?<${ROOT_NAME}(?: [^<>]*)?>(.*)</${ROOT_NAME}>\\s*$`, "s");
/** An element without attributes that contains only text or nothing, and the spaces before it. */
const CHILD = /\s*<(\w+)(?:\s*\/>|>([^<]*)<\/\1>)/gy;

/** @returns undefined if the root has to be left to the parser. */
function scanRoot(body: Buffer): XmlElement | undefined {
  const content = ROOT.exec(body.toString())?.[1]?.trimEnd();
  if (content === undefined) return undefined;
  const children = [...content.matchAll(CHILD)];
  const root = Object.fromEntries(children.map(([, name, text = ""]) => [name, resolveReferences(text)]));
  const scannedLength = children.reduce((length, [child]) => length + child.length, 0);
  // Shorter if anything else follows, for example a nested element.
  return scannedLength === content.length && Object.keys(root).length === children.length ? root : undefined;
}

const OPEN = "<Contents>";
const CLOSE = "</Contents>";

interface ScannedPage {
  readonly entries: ListedEntry[];
  /** The document without its entries. */
  readonly rest: Buffer;
}

/** @returns undefined if the page has to be left to the parser. */
function scanEntries(body: Buffer): ScannedPage | undefined {
  // One character a byte, so that positions in the text are positions in the body. Markup is ASCII.
  const text = body.toString("latin1");
  if (text.includes("<!")) return undefined;
  const entries: ListedEntry[] = [];
  const rest: Buffer[] = [];
  let restStart = 0;
  for (let start = text.indexOf(OPEN); start >= 0; start = text.indexOf(OPEN, restStart)) {
    rest.push(body.subarray(restStart, start));
    const entry = scanEntry(body, text, start + OPEN.length);
    if (!entry) return undefined;
    entries.push(entry.value);
    restStart = entry.end;
  }
  rest.push(body.subarray(restStart));
  return { entries, rest: Buffer.concat(rest) };
}

/** Reads the elements from `start` to the end of the entry. */
function scanEntry(body: Buffer, text: string, start: number): { value: ListedEntry; end: number } | undefined {
  let key: string | undefined;
  let lastModified: string | undefined;
  let etag: string | undefined;
  let size: string | undefined;
  let storageClass: string | undefined;
  let checksumAlgorithm: string | undefined;
  let position = skipBlanks(text, start);
  while (!text.startsWith(CLOSE, position)) {
    const nameEnd = text.indexOf(">", position);
    if (text[position] !== "<" || nameEnd < 0) return undefined;
    const name = text.slice(position + 1, nameEnd);
    const from = nameEnd + 1;
    const to = text.indexOf(`</${name}>`, from);
    // An empty or attributed element, or the end tag of something else.
    if (to < 0) return undefined;
    if (name === "Key") key = readContent(body, from, to);
    else if (name === "ETag") etag = readEtag(body, text, from, to);
    else if (name === "LastModified") lastModified = text.slice(from, to);
    else if (name === "Size") size = text.slice(from, to);
    else if (name === "StorageClass") storageClass = readShared("STANDARD", body, text, from, to);
    else if (name === "ChecksumAlgorithm") checksumAlgorithm = readShared("CRC32", body, text, from, to);
    position = skipBlanks(text, to + name.length + 3);
  }
  return { value: { key, lastModified, etag, size, storageClass, checksumAlgorithm }, end: position + CLOSE.length };
}

function skipBlanks(text: string, start: number): number {
  let position = start;
  while (text.charCodeAt(position) <= 0x20) position++;
  return position;
}

/** Values that are kept are read from the body, not cut from the page's text: a substring keeps the whole text in memory. */
function readContent(body: Buffer, from: number, to: number): string {
  const content = body.toString("utf8", from, to);
  return content.includes("&") ? resolveReferences(content) : content;
}

const QUOTE = "&quot;";

function readEtag(body: Buffer, text: string, from: number, to: number): string {
  const isQuoted = text.startsWith(QUOTE, from) && text.startsWith(QUOTE, to - QUOTE.length);
  return isQuoted ? readContent(body, from + QUOTE.length, to - QUOTE.length) : readContent(body, from, to);
}

/** @param usual the value of nearly all objects, so that they share one string. */
function readShared(usual: string, body: Buffer, text: string, from: number, to: number): string {
  return text.startsWith(`${usual}<`, from) ? usual : readContent(body, from, to);
}

const NAMED: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["apos", "'"],
  ["gt", ">"],
  ["lt", "<"],
  ["quot", '"'],
]);

/** Unlike an XML parser this lets control characters pass, which some stores put into listings by number. */
function resolveReferences(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]+));/gi, (reference, hex, decimal, name) => {
    if (name) return NAMED.get(name) ?? reference;
    const codePoint = hex ? Number.parseInt(hex, 16) : Number(decimal);
    return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : reference;
  });
}
