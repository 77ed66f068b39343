import { fileURLToPath } from "node:url";
import { findFaults } from "./architecture/faults.ts";

/** `npx tsx scripts/check-architecture.ts [FOLDER]`: prints what differs from docs/architecture.md in a repository, by default this one. */
const faults = findFaults(process.argv[2] ?? fileURLToPath(new URL("..", import.meta.url)));
for (const fault of faults) console.error(`${fault}.`);
process.exitCode = faults.length > 0 ? 1 : 0;
