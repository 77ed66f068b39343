import type { RunningServer } from "./server.ts";
import type { RunningProxies } from "./tinyproxy.ts";

/** The environment variables that point the test suites at a server. */
export function testEnvironment(server: RunningServer): Record<string, string> {
  return {
    S3_TEST_SERVER: server.name,
    S3_TEST_ENDPOINT: server.url,
    S3_TEST_REGION: server.region,
    S3_TEST_ACCESS_KEY: server.accessKeyId,
    S3_TEST_SECRET_KEY: server.secretAccessKey,
    ...(server.websites
      ? { S3_TEST_WEBSITE: server.websites.url, S3_TEST_WEBSITE_HOST: server.websites.hostPattern }
      : {}),
    ...(server.tls ? { S3_TEST_TLS_ENDPOINT: server.tls.url, S3_TEST_TLS_CA: server.tls.caFile } : {}),
  };
}

/** The same for the proxies that steps are sent through, where there are any. */
export function proxyEnvironment(proxies: RunningProxies | undefined): Record<string, string> {
  return proxies ? { S3_TEST_PROXY: proxies.openUrl, S3_TEST_PROXY_LOCKED: proxies.lockedUrl } : {};
}
