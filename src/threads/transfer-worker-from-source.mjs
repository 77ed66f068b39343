// Worker threads do not inherit the loader for TypeScript, so this file registers it, in tests and local runs. Packaged tasks contain a
// bundle of transfer-worker.ts instead.
import { register } from "tsx/esm/api";

register();
await import("./transfer-worker.ts");
