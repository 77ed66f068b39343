import type { CodedMessage } from "../../errors/coded-message.ts";
import type { InputReader } from "../inputs.ts";
import type { ConnectionInput, ConnectionRole } from "./connection.ts";
import { problemOfDuration, problemOfExternalId, problemOfRoleArn, problemOfSessionName } from "./role-fields.ts";

/** What is entered about a role, without blanks around it; empty where nothing is. */
export interface RoleTexts {
  readonly arn: string;
  readonly sessionName: string;
  readonly externalId: string;
  readonly durationSeconds?: string;
}

export interface RoleReading {
  /** The input that problems are told under. */
  readonly input: ConnectionInput;
  /** What problems call the fields, as `its session name`; one without a name here is taken as it is. */
  readonly names: Readonly<Partial<Record<keyof RoleTexts, string>>>;
  /** Whether AWS itself is asked for the role. */
  readonly isAmazon: boolean;
}

/** Reads what a connection, or what stands for one, says of a role. What is wrong with it is told to the reader. */
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
