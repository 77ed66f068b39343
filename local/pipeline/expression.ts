import { compareValues, isEqual, toBoolean, toText, type Value, Version } from "./expression-value.ts";

/** An expression that Azure Pipelines would refuse, or that only its server can evaluate. */
export class ExpressionError extends Error {}

/** What an expression may refer to. */
export interface ExpressionContext {
  /** By lower-case name, for example `succeeded`. Gets the arguments between its brackets. */
  functions: ReadonlyMap<string, (parameters: readonly Value[]) => Value>;
  /** The members of a named value, for example of `variables`. @returns null for a member that it does not have */
  namedValues: ReadonlyMap<string, (member: string) => Value>;
}

/** Gives the value of one part of an expression. */
type Node = () => Value;

/** A function of the language: how many parameters it takes, and what it makes of them. */
interface LanguageFunction {
  least: number;
  most: number;
  /** Parameters are evaluated when they are asked for. */
  call: (parameters: readonly Node[]) => Value;
}

const any = Number.POSITIVE_INFINITY;

/** Functions of two texts, compared without regard to case. */
const textTest = (test: (left: string, right: string) => boolean): LanguageFunction => ({
  least: 2,
  most: 2,
  call: (parameters) => {
    const [left = "", right = ""] = parameters.map((parameter) => toText(parameter()).toLowerCase());
    return test(left, right);
  },
});

const order = (test: (difference: number) => boolean): LanguageFunction => ({
  least: 2,
  most: 2,
  call: (parameters) => {
    const [left = null, right = null] = parameters.map((parameter) => parameter());
    const difference = compareValues(left, right);
    if (difference === undefined) throw new ExpressionError(`${toText(right)} cannot be compared with ${toText(left)}`);
    return test(difference);
  },
});

const isAmong = ([first, ...others]: readonly Node[]): boolean => {
  const left = first?.() ?? null;
  return others.some((other) => isEqual(left, other()));
};

/**
 * The functions that conditions of the server and of the agent have alike. Source: "Expressions", Azure Pipelines
 * documentation.
 */
const language: ReadonlyMap<string, LanguageFunction> = new Map<string, LanguageFunction>([
  ["and", { least: 2, most: any, call: (parameters) => parameters.every((parameter) => toBoolean(parameter())) }],
  ["or", { least: 2, most: any, call: (parameters) => parameters.some((parameter) => toBoolean(parameter())) }],
  ["not", { least: 1, most: 1, call: ([parameter]) => !toBoolean(parameter?.() ?? null) }],
  [
    "xor",
    {
      least: 2,
      most: 2,
      call: (parameters) => parameters.filter((parameter) => toBoolean(parameter())).length === 1,
    },
  ],
  ["eq", { least: 2, most: 2, call: isAmong }],
  ["ne", { least: 2, most: 2, call: (parameters) => !isAmong(parameters) }],
  ["in", { least: 1, most: any, call: isAmong }],
  ["notin", { least: 1, most: any, call: (parameters) => !isAmong(parameters) }],
  ["gt", order((difference) => difference > 0)],
  ["ge", order((difference) => difference >= 0)],
  ["lt", order((difference) => difference < 0)],
  ["le", order((difference) => difference <= 0)],
  ["contains", textTest((left, right) => left.includes(right))],
  ["startswith", textTest((left, right) => left.startsWith(right))],
  ["endswith", textTest((left, right) => left.endsWith(right))],
  [
    "coalesce",
    {
      least: 2,
      most: any,
      call: (parameters) => parameters.map((parameter) => parameter()).find((value) => toText(value) !== "") ?? null,
    },
  ],
  ["lower", { least: 1, most: 1, call: ([parameter]) => toText(parameter?.() ?? null).toLowerCase() }],
  ["upper", { least: 1, most: 1, call: ([parameter]) => toText(parameter?.() ?? null).toUpperCase() }],
  [
    "replace",
    {
      least: 3,
      most: 3,
      call: (parameters) => {
        const [text = "", searched = "", replacement = ""] = parameters.map((parameter) => toText(parameter()));
        return searched === "" ? text : text.replaceAll(searched, () => replacement);
      },
    },
  ],
  ["trim", { least: 1, most: 1, call: ([parameter]) => toText(parameter?.() ?? null).trim() }],
]);

/**
 * Evaluates a runtime expression, for example that of `condition:`.
 *
 * @throws ExpressionError where it is malformed, or refers to what is not there, be it in a part that does not count.
 */
export function evaluateExpression(text: string, context: ExpressionContext): Value {
  return new Parser(text, context).read()();
}

interface Token {
  kind: "text" | "number" | "word" | "mark" | "end";
  text: string;
}

const tokenPattern =
  /\s*(?:(?<text>'(?:[^']|'')*')|(?<number>-?\.?[0-9][0-9.]*)|(?<word>[A-Za-z_][A-Za-z0-9_]*)|(?<mark>[(),.[\]]))/y;

class Parser {
  readonly #context: ExpressionContext;
  readonly #tokens: Token[];
  #next = 0;

  constructor(text: string, context: ExpressionContext) {
    this.#context = context;
    this.#tokens = tokensOf(text);
  }

  read(): Node {
    const node = this.#value();
    this.#expect("end", "");
    return node;
  }

  #value(): Node {
    const { kind, text } = this.#take();
    if (kind === "text") {
      const value = text.slice(1, -1).replaceAll("''", "'");
      return () => value;
    }
    if (kind === "number") {
      const value = numberOrVersion(text);
      return () => value;
    }
    if (kind !== "word") throw new ExpressionError(text === "" ? "it ends too early" : `'${text}' is not expected`);
    if (/^(true|false)$/i.test(text)) {
      const value = text.toLowerCase() === "true";
      return () => value;
    }
    return this.#accept("(") ? this.#call(text) : this.#member(text);
  }

  #call(name: string): Node {
    const parameters: Node[] = [];
    if (!this.#accept(")")) {
      do parameters.push(this.#value());
      while (this.#accept(","));
      this.#expect("mark", ")");
    }
    const special = this.#context.functions.get(name.toLowerCase());
    if (special) return () => special(parameters.map((parameter) => parameter()));
    const known = language.get(name.toLowerCase());
    if (known === undefined) throw new ExpressionError(`the function ${name} is unknown here`);
    if (parameters.length < known.least || parameters.length > known.most) {
      throw new ExpressionError(`${name} does not take ${parameters.length} parameters`);
    }
    return () => known.call(parameters);
  }

  #member(name: string): Node {
    const members = this.#context.namedValues.get(name.toLowerCase());
    if (members === undefined) throw new ExpressionError(`${name} is unknown here`);
    const member = this.#accept(".") ? this.#word() : this.#index();
    return () => members(toText(member()));
  }

  #word(): Node {
    const { text } = this.#expect("word");
    return () => text;
  }

  #index(): Node {
    this.#expect("mark", "[");
    const index = this.#value();
    this.#expect("mark", "]");
    return index;
  }

  #take(): Token {
    return this.#tokens[this.#next++] ?? { kind: "end", text: "" };
  }

  #accept(mark: string): boolean {
    const token = this.#tokens[this.#next];
    const isIt = token?.kind === "mark" && token.text === mark;
    if (isIt) this.#next++;
    return isIt;
  }

  #expect(kind: Token["kind"], text?: string): Token {
    const token = this.#take();
    if (token.kind === kind && (text === undefined || token.text === text)) return token;
    throw new ExpressionError(token.kind === "end" ? "it ends too early" : `'${token.text}' is not expected`);
  }
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < end) {
    const start = tokenPattern.lastIndex;
    const groups = tokenPattern.exec(text)?.groups;
    const found = Object.entries(groups ?? {}).find(([, value]) => value !== undefined);
    if (found === undefined) throw new ExpressionError(`'${text.slice(start).trim()}' is not an expression`);
    tokens.push({ kind: found[0] as Token["kind"], text: found[1] as string });
  }
  return tokens;
}

function numberOrVersion(text: string): Value {
  const value = text.split(".").length > 2 ? Version.parse(text) : Number(text);
  if (value === undefined || Number.isNaN(value)) throw new ExpressionError(`'${text}' is not a number`);
  return value;
}
