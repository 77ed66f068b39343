import type { Parser } from "htmlparser2";
import { stylesheetReferences } from "./stylesheet-references.ts";

/** The attributes with URLs that a browser fetches or opens. */
const ADDRESSES: ReadonlySet<string> = new Set([
  "action",
  "background",
  "data",
  "formaction",
  "href",
  "poster",
  "src",
  "xlink:href",
]);
const ADDRESS_LISTS: ReadonlySet<string> = new Set(["imagesrcset", "srcset"]);

const MAX_SRCSET_LENGTH = 4000;

/** The page parser: the class of htmlparser2. */
export type ParserClass = typeof Parser;

/**
 * The addresses in a page: those in attributes, in `style` attributes and in `<style>` elements.
 *
 * @param html as it was decoded.
 */
export function pageReferences(html: string, Html: ParserClass): string[] {
  const references: string[] = [];
  /** Of the `<style>` that is open; it comes in pieces. */
  let style: string | undefined;
  const parser = new Html({
    onopentag(name, attributes) {
      if (name === "style") style = "";
      for (const [attribute, value] of Object.entries(attributes)) {
        if (ADDRESSES.has(attribute)) references.push(value.trim());
        else if (ADDRESS_LISTS.has(attribute)) references.push(...candidatesOf(value));
        else if (attribute === "style") references.push(...stylesheetReferences(value));
      }
    },
    ontext(text) {
      if (style !== undefined) style += text;
    },
    onclosetag() {
      if (style !== undefined) references.push(...stylesheetReferences(style));
      style = undefined;
    },
  });
  parser.end(html);
  return references;
}

/** "Parsing a srcset attribute" in the HTML Standard: addresses with a descriptor each, after a comma. A longer value would take long. */
function candidatesOf(value: string): string[] {
  return value
    .slice(0, MAX_SRCSET_LENGTH)
    .split(/,\s+|,(?=\S+\s)|,$/)
    .map((candidate) => candidate.trim().split(/\s+/)[0] ?? "")
    .filter((address) => address !== "");
}
