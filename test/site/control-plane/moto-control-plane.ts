import { CloudFrontClient } from "@aws-sdk/client-cloudfront";
import { Route53Client } from "@aws-sdk/client-route-53";
import { moto } from "../../../scripts/servers/moto.ts";
import { createTransport } from "../../../src/http/transport.ts";
import { type ControlPlane, openControlPlane } from "../../../src/site/control-plane/control-plane.ts";
import { startOrSkip } from "../../start-or-skip.ts";

/** CloudFront and Route 53 as moto plays them, and clients to prepare and look into them. */
export interface MotoControlPlane {
  readonly controlPlane: ControlPlane;
  readonly cloudFront: CloudFrontClient;
  readonly route53: Route53Client;
  close(): Promise<void>;
}

/** Starts moto; where it is not installed, says so and skips what the hook is for. */
export async function startMoto(hook: Mocha.Context): Promise<MotoControlPlane> {
  const server = await startOrSkip(moto.start({ mayInstall: false }), hook);
  const { accessKeyId, secretAccessKey, region, url: endpoint } = server;
  const credentials = { accessKeyId, secretAccessKey };
  const transport = createTransport({ maxConnections: 2, idleTimeoutMs: 10_000 });
  const controlPlane = await openControlPlane({
    region,
    credentials: () => credentials,
    transport,
    userAgent: "test",
    endpoint: new URL(endpoint),
  });
  return {
    controlPlane,
    cloudFront: new CloudFrontClient({ region, credentials, endpoint }),
    route53: new Route53Client({ region, credentials, endpoint }),
    async close() {
      transport.close();
      await server.stop();
    },
  };
}
