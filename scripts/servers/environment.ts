import type { RunningServer } from "./server.ts";

/** The environment variables that point the test suites at a server. */
export function testEnvironment(server: RunningServer): Record<string, string> {
  return {
    S3_TEST_SERVER: server.name,
    S3_TEST_ENDPOINT: server.url,
    S3_TEST_REGION: server.region,
    S3_TEST_ACCESS_KEY: server.accessKeyId,
    S3_TEST_SECRET_KEY: server.secretAccessKey,
  };
}
