import { CaseInsensitiveMap } from "./case-insensitive-map.ts";
import { expandMacros, findMacro } from "./macros.ts";
import type { SecretMasker } from "./secret-masker.ts";

/** A job variable. A secret one reaches tasks apart from the others and never shows in the log. */
export interface Variable {
  name: string;
  value: string;
  isSecret: boolean;
  isReadOnly: boolean;
}

const maxDepth = 50;

/**
 * The variables of a job. Values that name other variables are expanded through and through, but only when a step
 * starts; what a task sets in between is taken literally until then (the agent's Variables class).
 */
export class Variables {
  readonly #masker: SecretMasker;
  readonly #literal = new CaseInsensitiveMap<Variable>();
  #expanded = new CaseInsensitiveMap<Variable>();

  /** @param initial the job's own variables, whose secrets the masker knows already. */
  constructor(masker: SecretMasker, initial: readonly Variable[]) {
    this.#masker = masker;
    for (const variable of initial) this.#literal.set(variable.name, variable);
    this.recalculate();
  }

  get(name: string): string | undefined {
    return this.#expanded.get(name)?.value;
  }

  isReadOnly(name: string): boolean {
    return this.#expanded.get(name)?.isReadOnly ?? false;
  }

  /** Sets a variable. One that was ever secret or read-only stays so. */
  set(name: string, value: string, flags: { isSecret?: boolean; isReadOnly?: boolean } = {}): void {
    const before = this.#expanded.get(name);
    const isSecret = flags.isSecret === true || before?.isSecret === true;
    const isReadOnly = flags.isReadOnly === true || before?.isReadOnly === true;
    if (isSecret) this.#masker.add(value);
    const variable = { name, value, isSecret, isReadOnly };
    this.#literal.set(name, variable);
    this.#expanded.set(name, variable);
  }

  unset(name: string): void {
    this.#literal.delete(name);
    this.#expanded.delete(name);
  }

  /** Every variable, expanded. */
  all(): Variable[] {
    return Array.from(this.#expanded.entries(), ([, variable]) => variable);
  }

  /** Replaces each `$(name)` of a known variable by its value, which is not searched again. */
  expand(text: string): string {
    return expandMacros(text, (name) => this.get(name));
  }

  /**
   * Expands the values of all variables again, as the agent does before each step. What holds a secret becomes one.
   *
   * @returns one warning for each variable that refers to itself or is nested too deep; it keeps its literal value.
   */
  recalculate(): string[] {
    const expanded = new CaseInsensitiveMap<Variable>();
    const warnings: string[] = [];
    for (const [name, variable] of this.#literal.entries()) {
      try {
        const resolved = this.#resolve(variable, []);
        if (resolved.isSecret && resolved.value !== variable.value) this.#masker.add(resolved.value);
        expanded.set(name, resolved);
      } catch (error) {
        if (!(error instanceof ExpansionError)) throw error;
        warnings.push(`Unable to expand variable '${name}'. ${error.message}`);
        expanded.set(name, variable);
      }
    }
    this.#expanded = expanded;
    return warnings;
  }

  #resolve(variable: Variable, enclosing: readonly string[]): Variable {
    const name = variable.name.toLowerCase();
    if (enclosing.includes(name)) throw new ExpansionError("A cyclical reference was detected.");
    if (enclosing.length === maxDepth) {
      throw new ExpansionError(`The max expansion depth (${maxDepth}) was exceeded.`);
    }
    let { value, isSecret } = variable;
    for (let macro = findMacro(value, 0); macro !== undefined; ) {
      const nested = this.#literal.get(macro.name);
      if (nested === undefined) {
        macro = findMacro(value, macro.start + 1);
        continue;
      }
      const resolved = this.#resolve(nested, [...enclosing, name]);
      isSecret ||= resolved.isSecret;
      value = value.slice(0, macro.start) + resolved.value + value.slice(macro.end);
      macro = findMacro(value, macro.start + resolved.value.length);
    }
    return { ...variable, value, isSecret };
  }
}

class ExpansionError extends Error {}
