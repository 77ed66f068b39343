import type { S3Client } from "@aws-sdk/client-s3";
import { ignoreNodeSupport, type SdkRequest } from "../../aws/sdk-requests.ts";

/** What a client of the SDK hands its requests to. */
export interface RequestHandler {
  handle(request: SdkRequest): Promise<{ readonly response: SdkResponse }>;
}

/** An answer as a client of the SDK reads it. */
export interface SdkResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: unknown;
}

/** How commands name the object. The request handler decides where a request goes. */
export const PLACE = { Bucket: "bucket", Key: "key" } as const;

/** All that the SDK would otherwise read from the environment and from files of the machine. */
const SETTINGS = {
  region: "us-east-1",
  endpoint: "https://s3.invalid",
  forcePathStyle: true,
  maxAttempts: 1,
  retryMode: "standard",
  defaultsMode: "standard",
  requestChecksumCalculation: "WHEN_REQUIRED",
  responseChecksumValidation: "WHEN_REQUIRED",
  useFipsEndpoint: false,
  useDualstackEndpoint: false,
  useArnRegion: false,
  disableMultiregionAccessPoints: true,
  disableS3ExpressSessionAuth: true,
  userAgentAppId: "",
} as const;

type Sdk = typeof import("../../aws/sdk-clients.ts");

/**
 * Loads the SDK, and makes a client for S3 that writes requests and reads answers, and does nothing else: the handler signs and sends them,
 * through a `Bucket`, with its retries and credentials.
 */
export async function openClient({
  handle,
}: RequestHandler): Promise<{ readonly sdk: Sdk; readonly client: S3Client }> {
  ignoreNodeSupport();
  const sdk = await import("../../aws/sdk-clients.ts");
  const client = new sdk.S3Client({
    ...SETTINGS,
    requestHandler: { handle, updateHttpClientConfig: () => undefined, httpHandlerConfigs: () => ({}) },
    credentials: { accessKeyId: "none", secretAccessKey: "none" },
    signer: { sign: async (request) => request },
  });
  return { sdk, client };
}
