import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type YAMLMap } from "yaml";
import { PipelineError } from "./pipeline-error.ts";

/**
 * A YAML file whose values are all text, as they are to Azure Pipelines: `1.10` stays `1.10`. What is found wrong is
 * gathered, each with its line and column.
 */
export class YamlSource {
  readonly problems: string[] = [];
  readonly #name: string;
  readonly #lines = new LineCounter();
  readonly root: unknown;

  constructor(name: string, text: string) {
    this.#name = name;
    const document = parseDocument(text, { schema: "failsafe", lineCounter: this.#lines, prettyErrors: false });
    for (const { message, pos } of document.errors) this.problems.push(`${this.#place(pos[0])}: ${message}`);
    this.root = document.contents;
  }

  /** @throws PipelineError with all that was found wrong, if anything was. */
  assertSound(): void {
    if (this.problems.length > 0) throw new PipelineError(this.problems);
  }

  /** Where a node stands: `pipeline.yml (Line: 3, Col: 5)`. */
  placeOf(node: unknown): string {
    return this.#place(isNode(node) ? (node.range?.[0] ?? 0) : 0);
  }

  report(node: unknown, problem: string): void {
    this.problems.push(`${this.placeOf(node)}: ${problem}`);
  }

  /** A mapping's members, by their keys. No node has none; another kind of node is a problem. */
  map(node: unknown, what: string): Map<string, unknown> {
    if (isAbsent(node)) return new Map();
    if (isMap(node)) return new Map((node as YAMLMap).items.map(({ key, value }) => [String(key), value]));
    this.report(node, `${what} must be a mapping.`);
    return new Map();
  }

  /** A sequence's items. No node has none; another kind of node is a problem. */
  list(node: unknown, what: string): unknown[] {
    if (isAbsent(node)) return [];
    if (isSeq(node)) return node.items;
    this.report(node, `${what} must be a list.`);
    return [];
  }

  /** A scalar as it is written; undefined for no node. Another kind of node is a problem. */
  text(node: unknown, what: string): string | undefined {
    if (node === undefined || node === null) return undefined;
    if (isScalar(node)) return String(node.value ?? "");
    this.report(node, `${what} must be a single value.`);
    return undefined;
  }

  /** A mapping whose values are all single ones. */
  texts(node: unknown, what: string): Record<string, string> {
    const members = [...this.map(node, what)].map(([name, value]) => [
      name,
      this.text(value, `${what}: ${name}`) ?? "",
    ]);
    return Object.fromEntries(members);
  }

  #place(offset: number): string {
    const { line, col } = this.#lines.linePos(offset);
    return `${this.#name} (Line: ${line}, Col: ${col})`;
  }
}

/**
 * Reads a YAML file.
 *
 * @param what the file is, for the message when it cannot be read.
 * @throws PipelineError where the file cannot be read or is no YAML.
 */
export async function readYaml(file: string, what: string): Promise<YamlSource> {
  const text = await readFile(file, "utf8").catch((error: Error) => {
    throw new PipelineError([`The ${what} cannot be read: ${error.message}.`]);
  });
  const source = new YamlSource(basename(file), text);
  source.assertSound();
  return source;
}

function isAbsent(node: unknown): boolean {
  return node === undefined || node === null || (isScalar(node) && node.value === "");
}
