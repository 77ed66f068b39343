import { gofakes3 } from "./gofakes3.ts";
import { moto } from "./moto.ts";
import { radosgw } from "./radosgw.ts";
import { s3proxy } from "./s3proxy.ts";
import { seaweedfs } from "./seaweedfs.ts";
import type { ServerKind } from "./server.ts";
import { versitygw } from "./versitygw.ts";

export const serverKinds: readonly ServerKind[] = [versitygw, radosgw, gofakes3, s3proxy, seaweedfs, moto];
