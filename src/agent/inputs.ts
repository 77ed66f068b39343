import * as tl from "azure-pipelines-task-lib/task.js";

/** One wrong input: its name, what is wrong, and what to do. */
export interface InputProblem {
  readonly input: string;
  readonly message: string;
}

/** Some inputs are wrong; all of them are here. */
export class InputError extends Error {
  readonly problems: readonly InputProblem[];

  constructor(problems: readonly InputProblem[]) {
    super(problems.map(({ input, message }) => `${input}: ${message}`).join(" "));
    this.problems = problems;
  }
}

/**
 * Reads a task's inputs and gathers what is wrong with them, so that all of it is told at once. A reader answers every
 * question, for a wrong input with an empty value, and `finish` throws.
 */
export class InputReader {
  readonly problems: InputProblem[] = [];

  /** An input's text without blanks around it; empty where it is not set. */
  text(name: string): string {
    return (tl.getInput(name) ?? "").trim();
  }

  /** The text of an input that must be set. */
  required(name: string, whatToDo: string): string {
    const text = this.text(name);
    if (text === "") this.problem(name, `it is empty. ${whatToDo}`);
    return text;
  }

  /** The lines of an input. */
  lines(name: string): string[] {
    return this.text(name).split(/\r?\n/);
  }

  problem(input: string, message: string): void {
    this.problems.push({ input, message });
  }

  /** Calls `read`; what it throws becomes a problem of this input, one for each error of an AggregateError. */
  check<T>(name: string, read: () => T, fallback: T): T {
    try {
      return read();
    } catch (error) {
      const errors: Error[] = error instanceof AggregateError ? error.errors : [error as Error];
      for (const { message } of errors) this.problem(name, message);
      return fallback;
    }
  }

  /** @throws {InputError} where anything was wrong. */
  finish(): void {
    if (this.problems.length > 0) throw new InputError(this.problems);
  }
}
