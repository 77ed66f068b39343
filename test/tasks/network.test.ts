import assert from "node:assert/strict";
import type { StepRequest } from "../../local/agent/agent.ts";
import { startTarget, type Target } from "../target.ts";
import { startTlsTarget, type TlsTarget } from "../tls-target.ts";
import { roundTrip } from "./network-step.ts";
import { localProxy, realProxy, type TestProxy } from "./proxies.ts";
import { SourceFolder } from "./upload-step.ts";

const proxies: [name: string, start: () => Promise<TestProxy>][] = [["the proxy of this repository", localProxy]];
const real = realProxy();
if (real) proxies.push(["a proxy of other people's making", async () => real]);
else it.skip("The tasks, through a proxy of other people's making (npm run test:servers has one)");

for (const [name, start] of proxies) {
  describe(`The tasks, through ${name}`, () => {
    let target: Target;
    let secure: TlsTarget;
    let files: SourceFolder;
    let proxy: TestProxy;
    let buckets: { http: string; https: string };
    let passedBefore: { tunnels: number; forwarded: number } | undefined;

    before(async () => {
      proxy = await start();
      target = await startTarget();
      secure = await startTlsTarget();
      buckets = { http: await target.newBucket(), https: await secure.newBucket() };
      files = new SourceFolder().write({ "ca.pem": secure.ca });
    });
    after(async () => {
      await secure.stop();
      await target.stop();
      await proxy.stop();
      files.remove();
    });
    beforeEach(() => {
      passedBefore = proxy.passed();
    });

    for (const protocol of ["http", "https"] as const) {
      for (const isLocked of [false, true]) {
        it(`move files over ${protocol}, ${isLocked ? "with" : "without"} a password`, async () => {
          const { name: username, password } = proxy.user;
          const url = isLocked ? proxy.lockedUrl : proxy.openUrl;
          const trip = await go(protocol, { proxy: isLocked ? { url, username, password } : { url } });
          assert.deepEqual([trip.errors, trip.isWhole], [[], true], trip.output);
          assert.match(trip.output, new RegExp(`Using the proxy of the agent, ${new URL(url).host}\\n`));
          assertNoPassword(trip.output);
          assertPassed(protocol);
        });
      }

      it(`go by HTTPS_PROXY and HTTP_PROXY, over ${protocol}`, async () => {
        const url = lockedUrl();
        const trip = await go(protocol, { env: { [`${protocol.toUpperCase()}_PROXY`]: url } });
        assert.deepEqual([trip.errors, trip.isWhole], [[], true], trip.output);
        assert.match(trip.output, /Using the proxy of the environment, 127/);
        assertNoPassword(trip.output);
        assertPassed(protocol);
      });

      it(`say what to do about a wrong password, over ${protocol}`, async () => {
        const wrong = { url: proxy.lockedUrl, username: proxy.user.name, password: "wrong-password" };
        const { errors, output } = await go(protocol, { proxy: wrong });
        assert.equal(errors.length, 1, output);
        assert.match(
          errors[0] ?? "",
          /the proxy 127\.0\.0\.1:\d+ answered 40[17] .*The proxy requires a user and a password, or the configured ones are wrong. Check the agent's proxy settings/,
        );
        assert.doesNotMatch(output, /wrong-password/);
      });

      it(`say what to do about a proxy that is down, over ${protocol}`, async () => {
        const { errors, output } = await go(protocol, { proxy: { url: "http://127.0.0.1:1" } });
        assert.equal(errors.length, 1, output);
        assert.match(
          errors[0] ?? "",
          /the proxy 127\.0\.0\.1:1 was not reached: .*ECONNREFUSED.* Check the agent's proxy settings \(\.\/config\.sh --proxyurl\)/,
        );
      });

      it(`go past it where the agent's list or NO_PROXY says so, over ${protocol}`, async () => {
        const dead = "http://127.0.0.1:1";
        const ways: Partial<StepRequest>[] = [
          { proxy: { url: dead, bypass: ["^https?://127\\."] } },
          { env: { HTTPS_PROXY: dead, HTTP_PROXY: dead, NO_PROXY: "127.0.0.0/8" } },
        ];
        for (const way of ways) {
          const trip = await go(protocol, way);
          assert.deepEqual([trip.errors, trip.isWhole], [[], true], trip.output);
          assert.doesNotMatch(trip.output, /through the proxy/);
        }
      });
    }

    function go(protocol: "http" | "https", step: Partial<StepRequest>) {
      const store = protocol === "http" ? target : { ...target, ...secure };
      const variables = { "System.Debug": "true" };
      const certificates = { ca: `${files.path}/ca.pem` };
      return roundTrip(store, buckets[protocol], { variables, certificates, ...step });
    }

    function lockedUrl(): string {
      const { name: username, password } = proxy.user;
      const credentials = { username: encodeURIComponent(username), password: encodeURIComponent(password) };
      return Object.assign(new URL(proxy.lockedUrl), credentials).href;
    }

    function assertNoPassword(output: string): void {
      const { name: username, password } = proxy.user;
      const header = Buffer.from(`${username}:${password}`).toString("base64");
      for (const spelling of [password, encodeURIComponent(password), header]) {
        assert.ok(!output.includes(spelling), `${spelling} is in the log`);
      }
    }

    /** Two steps, with few tunnels each; or with a request for each request. */
    function assertPassed(protocol: "http" | "https"): void {
      const passed = proxy.passed();
      if (!passed || !passedBefore) return;
      const [tunnels, forwarded] = [passed.tunnels - passedBefore.tunnels, passed.forwarded - passedBefore.forwarded];
      if (protocol === "http") assert.ok(tunnels === 0 && forwarded >= 7, `${tunnels}, ${forwarded}`);
      else assert.ok(forwarded === 0 && tunnels >= 2 && tunnels <= 8, `${tunnels}, ${forwarded}`);
    }
  });
}
