import type { OptionsDescription } from "./describe-options.ts";

/** What a step is given beside the least that its task needs. */
export interface InputCase {
  /** Of the row's input. `SOURCE` stands for a folder that exists, `CONNECTION` and `TOOLKIT` for connections. */
  readonly value: string;
  /** Other inputs that belong to the case. */
  readonly others?: Readonly<Record<string, string>>;
  /** Whether the connection leads to Amazon S3; by default it leads to another store. */
  readonly isAmazon?: true;
  /** The connection of type AWS S3, where it is another than the usual one with access keys. */
  readonly connection?: ConnectionCase;
  /** The parameters of the AWS Toolkit's connection, where they are others than access keys. */
  readonly toolkit?: Omit<ConnectionCase, "scheme" | "data">;
  /** Of the job. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** A connection that is not the usual one. */
export interface ConnectionCase {
  /** What it is, for those who read the rows. */
  readonly says: string;
  readonly scheme?: string;
  readonly data?: Record<string, string>;
  readonly parameters?: Record<string, string>;
}

/** Inputs that are right, and what they change in the task's options. */
export interface ValidCase extends InputCase {
  readonly means: Partial<OptionsDescription>;
}

/** Inputs that are wrong, and every error that the step shows. */
export interface WrongCase extends InputCase {
  readonly errors: readonly string[];
}

/** What becomes of an input that is set to nothing. */
export type EmptyCase = Omit<InputCase, "value"> & {
  /** For the documentation. */
  readonly says: string;
} & ({ readonly means: Partial<OptionsDescription> } | { readonly errors: readonly string[] });

/** One input: a row of the documentation, and its tests. */
export interface InputRow {
  readonly input: string;
  /** The first stands in the documentation. */
  readonly valid: readonly ValidCase[];
  readonly empty: EmptyCase;
  readonly wrong: readonly WrongCase[];
}

/** A path, a name or a prefix in which the agent left a variable as it was. */
export function undefinedVariable(input: string, value: string, variable: string): WrongCase {
  const what = `the variable ${variable} is not defined, so $(${variable}) is still in the input`;
  return { value, errors: [`${input}: ${what}. Define the variable, or correct its name. [variable-not-defined]`] };
}

/** The row of an input that is true or false. */
export function booleanRow(
  input: keyof OptionsDescription & string,
  more: {
    readonly isTrueByDefault?: true;
    /** What the option becomes that has the input's name, if not the value itself. */
    readonly means?: unknown;
    readonly valid?: readonly ValidCase[];
    readonly wrong?: readonly WrongCase[];
  } = {},
): InputRow {
  const value = !more.isTrueByDefault;
  const means = { [input]: more.means ?? value };
  return {
    input,
    valid: [
      { value: String(value), means },
      { value: String(value).toUpperCase(), means },
      { value: String(!value), means: {} },
      ...(more.valid ?? []),
    ],
    empty: { says: `\`${!value}\``, means: {} },
    wrong: [
      {
        value: "yes",
        errors: [`${input}: "yes" is neither true nor false. Enter one of the two. [input-not-boolean]`],
      },
      ...(more.wrong ?? []),
    ],
  };
}

/** The row of an input that is one of several values. */
export function choiceRow(
  input: keyof OptionsDescription & string,
  choices: readonly [byDefault: string, ...others: string[]],
  more: { readonly valid?: readonly ValidCase[] } = {},
): InputRow {
  const [byDefault, other = "", ...others] = choices;
  const listed = [byDefault, other, ...others];
  const means = (value: string): ValidCase => ({ value, means: { [input]: value } });
  return {
    input,
    valid: [
      means(other),
      ...others.map(means),
      { value: other.toUpperCase(), means: { [input]: other } },
      { value: byDefault, means: {} },
      ...(more.valid ?? []),
    ],
    empty: { says: `\`${byDefault}\``, means: {} },
    wrong: [
      {
        value: "maybe",
        errors: [
          `${input}: "maybe" is not one of its values. Enter ${listed.slice(0, -1).join(", ")} or ${listed.at(-1)}. [input-not-in-list]`,
        ],
      },
    ],
  };
}
