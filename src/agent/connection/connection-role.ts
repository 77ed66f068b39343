import type { CodedMessage } from "../../errors/coded-message.ts";
import type { InputReader } from "../inputs.ts";
import type { ConnectionInput, ConnectionRole } from "./connection.ts";
import { problemOfDuration, problemOfExternalId, problemOfRoleArn, problemOfSessionName } from "./role-fields.ts";

/** The role settings as entered, without spaces around them. Empty if not set. */
export interface RoleTexts {
  readonly arn: string;
  readonly sessionName: string;
  readonly externalId: string;
  readonly durationSeconds?: string;
}

export interface RoleReading {
  /** The input that problems are reported for. */
  readonly input: ConnectionInput;
  /** How messages name the fields, for example `its session name`. A field without an entry keeps its own name. */
  readonly names: Readonly<Partial<Record<keyof RoleTexts, string>>>;
  /** Whether AWS assumes the role, and not the token service of another store. */
  readonly isAmazon: boolean;
}

/** Reads the role settings of a connection, or of the pipeline variables that replace one. Adds problems to the reader. */
export function readRole(
  reader: InputReader,
  texts: RoleTexts,
  { input, names, isAmazon }: RoleReading,
): ConnectionRole {
  const { arn, sessionName, externalId, durationSeconds = "" } = texts;
  const check = (name: string | undefined, text: string, problemOf: (text: string) => CodedMessage | undefined) => {
    const problem = name && text ? problemOf(text) : undefined;
    if (problem) reader.problem(input, problem.code, `${name}: ${problem.message}`);
  };
  check(names.arn, arn, (text) => problemOfRoleArn(text, isAmazon));
  check(names.sessionName, sessionName, problemOfSessionName);
  check(names.externalId, externalId, problemOfExternalId);
  check(names.durationSeconds, durationSeconds, problemOfDuration);
  return {
    ...(arn ? { arn } : {}),
    ...(sessionName ? { sessionName } : {}),
    ...(externalId ? { externalId } : {}),
    ...(durationSeconds ? { durationSeconds: Number(durationSeconds) } : {}),
  };
}
