import type { InputReader } from "../../src/agent/inputs.ts";
import type { SiteOptions } from "../../src/site/options.ts";

type Documents = Pick<SiteOptions, "indexDocument" | "errorDocument" | "singlePageApp">;

const DEFAULT_INDEX_DOCUMENT = "index.html";

/** Reads which documents answer for folders, and for what is not there. */
export function readDocuments(reader: InputReader): Documents {
  const indexDocument = readIndexDocument(reader);
  const errorDocument = readErrorDocument(reader);
  const singlePageApp = reader.boolean("singlePageApp");
  if (singlePageApp && errorDocument) {
    const why = `it cannot be used with singlePageApp: ${indexDocument} answers for unknown paths`;
    reader.problem("errorDocument", "inputs-in-conflict", `${why}. Remove one of the two.`);
  }
  return { indexDocument, ...(errorDocument ? { errorDocument } : {}), singlePageApp };
}

/** "IndexDocument" in the Amazon S3 API Reference: a name without a slash. */
function readIndexDocument(reader: InputReader): string {
  const name = reader.text("indexDocument") || DEFAULT_INDEX_DOCUMENT;
  if (/[\\/]/.test(name)) {
    const advice = `The same name is used for every folder. Enter only the name, for example ${DEFAULT_INDEX_DOCUMENT}.`;
    reader.problem("indexDocument", "path-invalid", `"${name}" has a folder. ${advice}`);
  }
  return name;
}

function readErrorDocument(reader: InputReader): string {
  const text = reader.text("errorDocument");
  const names = text.replace(/^[\\/]+/, "").split(/[\\/]/);
  if (text !== "" && names.some((name) => ["", ".", ".."].includes(name))) {
    const advice = "Enter the path of a file in sourceFolder, for example errors/404.html.";
    reader.problem("errorDocument", "path-invalid", `"${text}" is not the path of a document. ${advice}`);
  }
  return names.join("/");
}
