/** A value of an expression. Null is what a missing variable has. */
export type Value = boolean | null | number | string | Version;

/** Two to four whole numbers, for example `1.2.3`. */
export class Version {
  readonly numbers: readonly number[];

  constructor(numbers: readonly number[]) {
    this.numbers = numbers;
  }

  /** @returns undefined for a text that is not a version */
  static parse(text: string): Version | undefined {
    return /^\d+(\.\d+){1,3}$/.test(text.trim()) ? new Version(text.split(".").map(Number)) : undefined;
  }

  /** A number that is missing is less than 0, as in .NET. */
  compareTo(other: Version): number {
    for (const index of [0, 1, 2, 3]) {
      const difference = (this.numbers[index] ?? -1) - (other.numbers[index] ?? -1);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  toString(): string {
    return this.numbers.join(".");
  }
}

/** The conversions are those of "Expressions: Type casting", Azure Pipelines documentation. */
export function toBoolean(value: Value): boolean {
  return value instanceof Version || Boolean(value);
}

export function toText(value: Value): string {
  if (value === null) return "";
  if (typeof value === "boolean") return value ? "True" : "False";
  return String(value);
}

/** Whether the right value, converted to the type of the left one, is equal to it. Case does not matter. */
export function isEqual(left: Value, right: Value): boolean {
  return left === null ? toNull(right) === null : compareValues(left, right) === 0;
}

/**
 * Compares two values, the right one converted to the type of the left one.
 *
 * @returns less than, equal to or greater than 0; undefined if the right one cannot be converted, or has no order.
 */
export function compareValues(left: Value, right: Value): number | undefined {
  if (typeof left === "boolean") return Number(left) - Number(toBoolean(right));
  if (typeof left === "number") return minus(left, toNumber(right));
  if (typeof left === "string") return compareTexts(left.toUpperCase(), toText(right).toUpperCase());
  const version = left === null ? undefined : toVersion(right);
  return version && left?.compareTo(version);
}

function minus(left: number, right: number | undefined): number | undefined {
  return right === undefined ? undefined : left - right;
}

function compareTexts(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function toNull(value: Value): null | undefined {
  return value === null || value === "" ? null : undefined;
}

function toNumber(value: Value): number | undefined {
  if (value instanceof Version) return undefined;
  if (typeof value !== "string") return Number(value);
  const text = value.trim().replaceAll(",", "");
  return /^[+-]?(\d+\.?\d*|\.\d+)?$/.test(text) && !/^[+-]$/.test(text) ? Number(text) : undefined;
}

function toVersion(value: Value): Version | undefined {
  if (value instanceof Version) return value;
  return typeof value === "string" || typeof value === "number" ? Version.parse(String(value)) : undefined;
}
