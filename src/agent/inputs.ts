import * as tl from "azure-pipelines-task-lib/task.js";
import { CodedError, codeOf } from "../errors/coded-error.ts";
import type { CodedMessage } from "../errors/coded-message.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import { log } from "./log.ts";
import { readSecretInput } from "./secret-input.ts";

/** One wrong input: its name, what is wrong, and what to do. */
export interface InputProblem extends CodedMessage {
  readonly input: string;
}

/** One or more inputs are wrong. It holds all of them. */
export class InputError extends CodedError {
  override readonly name: string = "InputError";
  readonly problems: readonly InputProblem[];

  constructor(problems: readonly InputProblem[]) {
    super(problems[0]?.code ?? "unexpected", problems.map(({ input, message }) => `${input}: ${message}`).join(" "));
    this.problems = problems;
  }
}

/** The allowed range of a whole-number input. */
export interface WholeNumberRange {
  readonly min: number;
  readonly max: number;
  /** The unit of the number, for example `MiB`. */
  readonly unit?: string;
}

/**
 * Reads a task's inputs and collects all problems, so that they are reported at once. For a wrong input a reader returns an empty value
 * or the default, and `finish` throws.
 */
export class InputReader {
  readonly problems: InputProblem[] = [];
  /** The inputs whose text is not what was entered: cut off, or with a variable that the agent did not replace. */
  readonly #unusable = new Set<string>();

  /**
   * An input's text without spaces around it. Empty if it is not set, or if it holds a variable that is not defined: that is a problem,
   * because a path, a name or a prefix with `$(Name)` in it is never meant.
   */
  text(name: string): string {
    const text = this.#whole(name);
    const variables = undefinedVariables(text);
    if (variables.length === 0) return text;
    if (!this.#unusable.has(name)) {
      for (const variable of variables)
        this.problem(name, "variable-not-defined", `${describeUndefined(variable)} ${DEFINE_IT}`);
    }
    this.#unusable.add(name);
    return "";
  }

  /** The text of an input that may hold anything, for example a header: there, a variable that is not defined is a warning. */
  value(name: string): string {
    const text = this.#whole(name);
    for (const variable of undefinedVariables(text)) {
      log.warning(
        "variable-not-defined",
        `${name}: ${describeUndefined(variable)} The text is used as it is. ${DEFINE_IT}`,
      );
    }
    return text;
  }

  /** The text of a secret input. It is masked before it is used. */
  secret(name: string): string {
    return readSecretInput(name).trim();
  }

  /** The text of an input that must be set. */
  required(name: string, whatToDo: string): string {
    const text = this.text(name);
    if (text === "" && !this.#unusable.has(name)) this.problem(name, "input-required", `it is empty. ${whatToDo}`);
    return text;
  }

  /** The lines of an input. */
  lines(name: string): string[] {
    return this.text(name).split(/\r?\n/);
  }

  /** `true` or `false` in any case; the default if empty. */
  boolean(name: string, byDefault = false): boolean {
    const text = this.text(name).toLowerCase();
    if (text === "true" || text === "false") return text === "true";
    if (text !== "")
      this.problem(name, "input-not-boolean", `"${text}" is neither true nor false. Enter one of the two.`);
    return byDefault;
  }

  /** One of the choices, in any case, spelled as in the list; the default if empty. */
  choice<T extends string>(name: string, choices: readonly T[], byDefault: T): T {
    const text = this.text(name);
    return text === "" ? byDefault : (this.#choose(name, text, choices) ?? byDefault);
  }

  /** Several of the choices, separated by commas or line breaks, in any case. */
  choices<T extends string>(name: string, choices: readonly T[]): ReadonlySet<T> {
    const texts = this.text(name).split(/[,\n]/);
    const chosen = texts
      .map((text) => text.trim())
      .filter((text) => text !== "")
      .map((text) => this.#choose(name, text, choices));
    return new Set(chosen.filter((choice) => choice !== undefined));
  }

  /** A whole number; undefined if empty. `whenEmpty` says what empty means. */
  wholeNumber(name: string, { min, max, unit }: WholeNumberRange, whenEmpty: string): number | undefined {
    const text = this.text(name);
    if (text === "") return undefined;
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    const range = `${min} to ${max}${unit ? ` (${unit})` : ""}`;
    this.problem(
      name,
      "number-out-of-range",
      `"${text}" is not a whole number from ${range}. If empty, the task uses ${whenEmpty}.`,
    );
    return undefined;
  }

  /** Warns that an input is accepted, but changed before it is used. */
  note(input: string, message: string): void {
    log.info(`${input}: ${message}`);
  }

  problem(input: string, code: ErrorCode, message: string): void {
    this.problems.push({ input, code, message });
  }

  /** Calls `read`. An error that it throws becomes a problem of this input; an AggregateError gives one problem for each of its errors. */
  check<T>(name: string, read: () => T, fallback: T): T {
    try {
      return read();
    } catch (error) {
      const errors: Error[] = error instanceof AggregateError ? error.errors : [error as Error];
      for (const each of errors) this.problem(name, codeOf(each), each.message);
      return fallback;
    }
  }

  /** @throws {InputError} if there was any problem. */
  finish(): void {
    if (this.problems.length > 0) throw new InputError(this.problems);
  }

  /** The text without spaces around it; empty if the agent may have cut it, because the rest of a list is never meant to be dropped. */
  #whole(name: string): string {
    const text = tl.getInput(name) ?? "";
    if (text.length < CUT_LENGTH) return text.trim();
    if (!this.#unusable.has(name)) this.problem(name, "input-too-long", TOO_LONG);
    this.#unusable.add(name);
    return "";
  }

  #choose<T extends string>(name: string, text: string, choices: readonly T[]): T | undefined {
    const found = choices.find((choice) => choice.toLowerCase() === text.toLowerCase());
    if (!found)
      this.problem(name, "input-not-in-list", `"${text}" is not one of its values. Enter ${listChoices(choices)}.`);
    return found;
  }
}

/**
 * So many UTF-16 units of an input the agent passes on under Windows, and drops the rest. Longer ones are refused on every system, so that a
 * pipeline may move between them. Source: `_environmentVariableMaximumSize` in `Handler.cs` of azure-pipelines-agent.
 */
const CUT_LENGTH = 32_766;
const TOO_LONG =
  "it has 32,766 characters or more. Agents on Windows cut longer inputs off without a message, so the task accepts at most 32,765. Shorten it, for example with patterns that match more at once, or use several steps.";
const DEFINE_IT = "Define the variable, or correct its name.";

function describeUndefined(variable: string): string {
  return `the variable ${variable} is not defined, so $(${variable}) is still in the input.`;
}

/** The agent leaves `$(Name)` as it is if there is no such variable. */
function undefinedVariables(text: string): string[] {
  const names = [...text.matchAll(/\$\(([A-Za-z_][\w. -]*)\)/g)].map(([, name = ""]) => name);
  return [...new Set(names)];
}

function listChoices(choices: readonly string[]): string {
  return choices.length < 2 ? choices.join("") : `${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`;
}
