import type { SecretMasker } from "./secret-masker.ts";

/** An error or warning as the run's summary lists it; secrets are masked. */
export interface Issue {
  type: "error" | "warning";
  message: string;
}

/** The log of one step: what is written is masked first, then kept and passed on line by line. */
export class StepLog {
  readonly lines: string[] = [];
  readonly issues: Issue[] = [];
  readonly #masker: SecretMasker;
  readonly #isDebug: boolean;
  readonly #onLine: (line: string) => void;

  constructor(masker: SecretMasker, isDebug: boolean, onLine: (line: string) => void) {
    this.#masker = masker;
    this.#isDebug = isDebug;
    this.#onLine = onLine;
  }

  output(text: string): void {
    this.#write(this.#masker.mask(text));
  }

  section(text: string): void {
    this.output(`##[section]${text}`);
  }

  debug(text: string): void {
    if (this.#isDebug) this.output(`##[debug]${text}`);
  }

  error(message: string): void {
    this.#addIssue("error", message);
  }

  warning(message: string): void {
    this.#addIssue("warning", message);
  }

  /** The task's own description of itself, which the agent does not mask. */
  header(lines: readonly string[]): void {
    for (const line of lines) this.#write(line);
  }

  #addIssue(type: Issue["type"], message: string): void {
    this.issues.push({ type, message: this.#masker.mask(message) });
    // The agent writes no line for an issue without words.
    if (message !== "") this.output(`##[${type}]${message}`);
  }

  #write(text: string): void {
    for (const line of text.split(/\r\n|\r|\n/)) {
      this.lines.push(line);
      this.#onLine(line);
    }
  }
}
