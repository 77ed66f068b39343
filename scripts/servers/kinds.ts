import { moto } from "./moto.ts";
import { radosgw } from "./radosgw.ts";
import type { ServerKind } from "./server.ts";
import { versitygw } from "./versitygw.ts";

export const serverKinds: readonly ServerKind[] = [versitygw, radosgw, moto];
