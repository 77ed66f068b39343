import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument, visit, type YAMLMap } from "yaml";
import { PipelineError } from "./pipeline-error.ts";

/** A part of a file that does not run here. */
export interface SkippedPart {
  /** `pipeline.yml (Line: 3, Col: 5)`. */
  place: string;
  /** The line of that place. */
  line: number;
  /** What it is, and why it does not run. */
  what: string;
  /** The tasks that its steps name, for example `AwsS3Upload@1`. */
  tasks: readonly string[];
}

/**
 * A YAML file whose values are all text, as they are to Azure Pipelines: `1.10` stays `1.10`. Problems and skipped parts are collected,
 * each with its line and column.
 */
export class YamlSource {
  readonly problems: string[] = [];
  readonly skipped: SkippedPart[] = [];
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

  /** The position of a node: `pipeline.yml (Line: 3, Col: 5)`. */
  placeOf(node: unknown): string {
    return this.#place(offsetOf(node));
  }

  lineOf(node: unknown): number {
    return this.#lines.linePos(offsetOf(node)).line;
  }

  report(node: unknown, problem: string): void {
    this.problems.push(`${this.placeOf(node)}: ${problem}`);
  }

  skip(node: unknown, what: string): void {
    this.skipped.push({ place: this.placeOf(node), line: this.lineOf(node), what, tasks: tasksIn(node) });
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

  /** A mapping's members without those under a template expression (`${{ if … }}:`), which are skipped. */
  members(node: unknown, what: string): Map<string, unknown> {
    const members = [...this.map(node, what)];
    for (const [key, value] of members) {
      if (isTemplateExpression(key)) this.skip(value, `only the server expands ${key}`);
    }
    return new Map(members.filter(([key]) => !isTemplateExpression(key)));
  }

  /** A sequence's items without those that are or stand under a template expression, which are skipped. */
  items(node: unknown, what: string): unknown[] {
    return (isExpressionNode(node) ? [node] : this.list(node, what)).filter((item) => {
      const expression = isMap(item) ? item.items.map(({ key }) => String(key)).find(isTemplateExpression) : undefined;
      const isOnlyExpression = isMap(item) && item.items.length === 1 && expression !== undefined;
      if (isOnlyExpression) this.skip(item, `only the server expands ${expression}`);
      else if (isExpressionNode(item)) this.skip(item, `only the server expands ${String(item)}`);
      return !isOnlyExpression && !isExpressionNode(item);
    });
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

function offsetOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

function isTemplateExpression(text: string): boolean {
  return text.startsWith("${{");
}

function isExpressionNode(node: unknown): boolean {
  return isScalar(node) && isTemplateExpression(String(node.value));
}

function tasksIn(node: unknown): string[] {
  const tasks: string[] = [];
  if (!isNode(node)) return tasks;
  visit(node as Node, {
    Pair: (_, { key, value }) => {
      if (String(key) === "task" && isScalar(value)) tasks.push(String(value.value));
    },
  });
  return tasks;
}

function isAbsent(node: unknown): boolean {
  return node === undefined || node === null || (isScalar(node) && node.value === "");
}
