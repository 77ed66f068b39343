const mask = "***";

/**
 * The password in `//user:password@host` (the agent's AdditionalMaskingRegexes.UrlSecretPattern): hidden although it was not declared as
 * a secret.
 */
const urlPassword =
  /(?<=\/\/[^:/?#\n]+:)(?:[\p{L}\p{Mn}\p{Nd}\p{Pc}.~\-!$&'()*+,;=:]|%(?:AZP25)?[0-9a-fA-F]{2})+(?=@)/gu;

/** The other spellings under which the agent expects a secret in a log (its ValueEncoders). */
const encoders: readonly ((secret: string) => string)[] = [escapeForJson, escapeForUri, undoBackslashes];

/**
 * Hides secrets in log text as the agent's masker does: each secret at any length, in each of its spellings, whole.
 * A secret of several lines is therefore hidden only in text that holds all of them.
 */
export class SecretMasker {
  readonly #secrets = new Set<string>();

  /** Hides a value from now on. Lines already written stay as they are. */
  add(secret: string): void {
    if (secret === "") return;
    this.#secrets.add(secret);
    for (const encode of encoders) {
      const encoded = encode(secret);
      if (encoded !== "") this.#secrets.add(encoded);
    }
  }

  /**
   * Hides the value of a secret variable and its variants: without surrounding quotes or spaces, in Base64, and with the escapes of
   * logging commands (the agent's Worker.InitializeSecretMasker).
   */
  addVariable(secret: string): void {
    if (secret.trim() === "") return;
    for (const value of [secret, Buffer.from(secret).toString("base64")]) {
      const oneLine = value.replaceAll("\r", "%0D").replaceAll("\n", "%0A");
      const escaped = value.replaceAll("%", "%AZP25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
      for (const spelling of new Set([value, escaped, oneLine])) this.#addTrimmed(spelling);
    }
  }

  /** The text with each run of secrets, overlapping and adjacent ones taken together, replaced by `***`. */
  mask(text: string): string {
    let masked = "";
    let end = 0;
    for (const [from, to] of mergeSpans(this.#findSpans(text))) {
      masked += text.slice(end, from) + mask;
      end = to;
    }
    return masked + text.slice(end);
  }

  #addTrimmed(secret: string): void {
    this.add(secret);
    for (const quote of ["'", '"']) {
      if (secret.startsWith(quote) && secret.endsWith(quote)) this.add(trim(secret, quote));
    }
    this.add(trim(secret, "\r\n "));
  }

  #findSpans(text: string): Span[] {
    const spans: Span[] = Array.from(text.matchAll(urlPassword), (match) => [
      match.index,
      match.index + match[0].length,
    ]);
    for (const secret of this.#secrets) {
      for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1)) {
        spans.push([at, at + secret.length]);
      }
    }
    return spans;
  }
}

type Span = readonly [from: number, to: number];

function mergeSpans(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of spans.toSorted((left, right) => left[0] - right[0])) {
    const last = merged.at(-1);
    if (last !== undefined && span[0] <= last[1]) merged[merged.length - 1] = [last[0], Math.max(last[1], span[1])];
    else merged.push(span);
  }
  return merged;
}

function trim(text: string, characters: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && characters.includes(text.charAt(from))) from++;
  while (to > from && characters.includes(text.charAt(to - 1))) to--;
  return text.slice(from, to);
}

function escapeForJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** .NET's Uri.EscapeDataString: stricter than encodeURIComponent, which also throws on half a surrogate pair. */
function escapeForUri(text: string): string {
  const wellFormed = Buffer.from(text).toString();
  return encodeURIComponent(wellFormed).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function undoBackslashes(text: string): string {
  return text.replaceAll("\\\\", "\\").replaceAll("\\'", "'").replaceAll('\\"', '"').replaceAll("\\t", "\t");
}
