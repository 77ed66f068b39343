// Threads do not take over the loader that lets the process run TypeScript: this gives them one, in tests and local runs. Packaged tasks
// come with a bundle of transfer-worker.ts instead.
import { register } from "tsx/esm/api";

register();
await import("./transfer-worker.ts");
