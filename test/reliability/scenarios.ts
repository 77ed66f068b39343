import { DOWNLOADS } from "./downloads.ts";
import { PUBLISHES } from "./publishes.ts";
import type { Scenario } from "./stage.ts";
import { UPLOADS } from "./uploads.ts";

/** All steps with which faults, kills and cancels are tried. */
export const SCENARIOS: readonly Scenario[] = [...UPLOADS, ...DOWNLOADS, ...PUBLISHES];

/** @throws {Error} if there is none of that name. */
export function scenarioNamed(name: string): Scenario {
  const scenario = SCENARIOS.find((each) => each.name === name);
  if (!scenario) throw new Error(`There is no scenario "${name}".`);
  return scenario;
}
