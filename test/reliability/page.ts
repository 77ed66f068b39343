import type { CaseResult } from "./run-cases.ts";
export function reliabilityPage(results: readonly CaseResult[], seed: number): string { return JSON.stringify({seed, results}); }
