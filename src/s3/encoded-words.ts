/**
 * Texts beyond US-ASCII in header values, encoded by RFC 2047: `=?UTF-8?B?w6Q=?=`. S3 uses this form for metadata in requests and
 * answers.
 *
 * Source: "Working with object metadata" in the Amazon S3 User Guide; RFC 2047, sections 2, 4 and 6.
 */

const METADATA_PREFIX = "x-amz-meta-";

/** Bytes of UTF-8 whose base64 form, with `=?UTF-8?B?` and `?=` around it, fits into the 75 characters of one word. */
const MAX_WORD_BYTES = 45;

/** Writes a text for a header: unchanged if it has only characters that a header may have, otherwise as encoded words. */
export function encodeWords(text: string): string {
  if (/^[\t\x20-\x7e]*$/.test(text)) return text;
  const words: string[] = [];
  let word = "";
  // A word ends between two characters, never within one.
  for (const character of text) {
    if (Buffer.byteLength(word + character) > MAX_WORD_BYTES) {
      words.push(word);
      word = "";
    }
    word += character;
  }
  words.push(word);
  return words.map((each) => `=?UTF-8?B?${Buffer.from(each).toString("base64")}?=`).join(" ");
}

/** Writes the values of metadata headers as they go on the wire. */
export function encodeMetadata(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      name.startsWith(METADATA_PREFIX) ? encodeWords(value) : value,
    ]),
  );
}

/** The value of a header as it is to be compared: that of metadata decoded, others as they are. */
export function readableValue(name: string, value: string): string {
  return name.startsWith(METADATA_PREFIX) ? decodeWords(value) : value;
}

const WORD = /=\?([^?\s*]+)(?:\*[^?\s]*)?\?([bq])\?([^?\s]*)\?=/gi;
const ADJACENT_WORDS = new RegExp(`${WORD.source}(?:\\s+${WORD.source})*`, "gi");

/**
 * Reads a header's value. Raw bytes, which some stores send, are read as UTF-8 if they are valid.
 *
 * @param value as Node gives it: one character for each byte.
 */
export function decodeWords(value: string): string {
  if (value.includes("=?")) return value.replace(ADJACENT_WORDS, decodeRun);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: bytes may be anything
  if (!/[^\x00-\x7f]/.test(value)) return value;
  return decodeBytes(Buffer.from(value, "latin1"), "utf-8") ?? value;
}

/** Successive words are one text, without the spaces between them. A character may even be split between two words. */
function decodeRun(run: string): string {
  const words = [...run.matchAll(WORD)].map(([, charset = "", encoding = "", content = ""]) => ({
    charset: charset.toLowerCase(),
    bytes: encoding.toLowerCase() === "b" ? Buffer.from(content, "base64") : decodeQ(content),
  }));
  let text = "";
  for (let start = 0; start < words.length; ) {
    const charset = words[start]?.charset ?? "";
    let end = start + 1;
    while (words[end]?.charset === charset) end++;
    const decoded = decodeBytes(Buffer.concat(words.slice(start, end).map(({ bytes }) => bytes)), charset);
    // Unknown charset: the words are not decoded.
    if (decoded === undefined) return run;
    text += decoded;
    start = end;
  }
  return text;
}

/** The Q encoding: `_` is a space, `=C3` a byte. */
function decodeQ(content: string): Buffer {
  const bytes = content
    .replaceAll("_", " ")
    .replace(/=([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1");
}

function decodeBytes(bytes: Buffer, charset: string): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
