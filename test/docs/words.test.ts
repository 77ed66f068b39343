import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync, Visitor } from "oxc-parser";

const root = fileURLToPath(new URL("../..", import.meta.url));
const MAX_WORDS_IN_SENTENCE = 35;

/** Words that readers stumbled over. "As" stands for itself; an example begins with "for example". */
const REFUSED =
  /\b(?:heed(?:s|ed)?|mend(?:s|ed)?|anew|thereof|told|tells|stands? in|blanks?|who the task is|as whom|what is extra|nothing moved|left to itself|whichever region|good for nothing|all else|beside that|none of the choices|where that is denied|left out|leaves out|gets? its place|is in the way|and still was|says the same of|zip bomb|is said once|answers? as published)\b|(?<!\b(?:such|same|well|known|use|enter|with|by)\b[^.]{0,40} )\bas (?:`?[a-z]{2}-[a-z]+-\d|arn:|https?:|\d)/i;

/** A text that people read, and where it is. */
interface Text {
  readonly place: string;
  readonly text: string;
}

function filesBelow(folder: string, extension: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length));
}

/** What is in quotes in the code: messages, and little else that has spaces. A value in a template counts as a word. */
function textsOfCode(path: string): Text[] {
  const texts: Text[] = [];
  const add = (text: string) => {
    if (/[a-z] [a-z]/i.test(text) && !text.includes("\n")) texts.push({ place: path, text });
  };
  const { program } = parseSync(path, readFileSync(join(root, path), "utf8"));
  new Visitor({
    Literal: ({ value }) => {
      if (typeof value === "string") add(value);
    },
    TemplateLiteral: ({ quasis }) => add(quasis.map(({ value }) => value.cooked ?? "").join("X")),
  }).visit(program);
  return texts;
}

function commentsOfCode(path: string): Text[] {
  const { comments } = parseSync(path, readFileSync(join(root, path), "utf8"));
  return comments.map(({ value }) => ({ place: path, text: value.replace(/\s+(?:\* )?/g, " ") }));
}

/** All that a form shows, including the choices of a list. */
function textsOfForm(path: string): Text[] {
  const texts: Text[] = [];
  const keys =
    /^(?:label|helpMarkDown|description|displayName|displayValue|helpText|friendlyName|patternMismatchErrorMessage|name)$/;
  JSON.parse(readFileSync(join(root, path), "utf8"), (key, value) => {
    const shown: unknown[] = key === "options" ? Object.values(value) : keys.test(key) ? [value] : [];
    for (const text of shown) if (typeof text === "string") texts.push({ place: `${path}, ${key}`, text });
    return value;
  });
  return texts;
}

/** The lines of a page, without code. Sentences run over lines, so a paragraph is one text. */
function textsOfPage(path: string): Text[] {
  const prose = readFileSync(join(root, path), "utf8")
    .replace(/^```[\s\S]*?^```/gm, "")
    .replace(/^(?:[-*|#]|\d+\.)/gm, "\n$&")
    .replace(/\(https?:[^)]*\)/g, "");
  return prose.split(/\n\s*\n/).map((text) => ({ place: path, text: text.replace(/\s+/g, " ").trim() }));
}

function sentencesOf(text: string): string[] {
  return text.replace(/`[^`]*`/g, "X").split(/(?<=[.!?:;])\s|\s\|\s|\s·\s/);
}

describe("What people read", () => {
  const code = ["src", "tasks"].flatMap((folder) => filesBelow(folder, ".ts")).flatMap(textsOfCode);
  const commands = filesBelow("local", ".ts").flatMap(textsOfCode);
  const comments = ["src", "tasks", "local", "scripts"]
    .flatMap((folder) => filesBelow(folder, ".ts"))
    .flatMap(commentsOfCode);
  const forms = ["vss-extension.json", ...filesBelow("tasks", "task.json")].flatMap(textsOfForm);
  const face = ["README.md", "overview.md"].flatMap(textsOfPage);
  const pages = ["CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", ...filesBelow("docs", ".md")].flatMap(textsOfPage);

  it("is found by this test", () => {
    for (const texts of [code, commands, comments, forms, face, pages])
      assert.ok(texts.length > 40, String(texts.length));
  });

  it("has none of the words that readers stumbled over", () => {
    const found = [...code, ...commands, ...comments, ...forms, ...face, ...pages].filter(({ text }) =>
      REFUSED.test(text),
    );
    assert.deepEqual(found, []);
  });

  it("has no word, and no words, twice in a row", () => {
    const found = [...code, ...forms, ...face, ...pages].filter(({ text }) =>
      /(?<![$\w])(\w{2,}(?: \w+){0,5}) \1\b/.test(text),
    );
    assert.deepEqual(found, []);
  });

  it(`has no sentence of more than ${MAX_WORDS_IN_SENTENCE} words in what users read`, () => {
    // The page for developers has a table with a list in each row.
    const read = pages.filter(({ place }) => !place.endsWith("architecture.md"));
    const long = [...code, ...forms, ...face, ...read].flatMap(({ place, text }) =>
      sentencesOf(text)
        .filter((sentence) => sentence.split(/\s+/).length > MAX_WORDS_IN_SENTENCE)
        .map((sentence) => ({ place, sentence })),
    );
    assert.deepEqual(long, []);
  });

  it("has labels of at most four words, and help of at most three sentences before its example", () => {
    const wordy = forms.filter(({ place, text }) => {
      if (place.endsWith(", label")) return text.split(" ").length > 4;
      const [beforeExample = ""] = text.split("\n\n```");
      return place.endsWith("task.json, helpMarkDown") && beforeExample.split(/[.!?] (?=[A-Z*`])/).length > 3;
    });
    assert.deepEqual(wordy, []);
  });

  it("is a README of fewer than 1,500 words", () => {
    const words = readFileSync(join(root, "README.md"), "utf8").trim().split(/\s+/);
    assert.ok(words.length < 1500, String(words.length));
  });
});
