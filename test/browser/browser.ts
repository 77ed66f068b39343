import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atTheEnd, endProcess, startProcess } from "../../scripts/servers/process-groups.ts";
import { DevTools } from "./devtools.ts";
import { Tab } from "./tab.ts";

const SETTINGS = [
  ...["--headless=new", "--remote-debugging-pipe", "--no-proxy-server", "--disable-gpu"],
  // It has no business but ours.
  ...["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  // In containers, /dev/shm is small.
  "--disable-dev-shm-usage",
];

/** A browser without a window, with a profile of its own that is gone when it is closed. */
export interface Browser {
  /** Opens a tab that knows nothing of the others: no cache, no cookies. */
  newTab(): Promise<Tab>;
  close(): Promise<void>;
}

/** @param program the path of Chromium */
export function startBrowser(program: string): Browser {
  const profile = mkdtempSync(join(tmpdir(), "browser-"));
  const removeProfile = () => rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  const forget = atTheEnd(removeProfile);
  // It refuses to confine its processes where root starts it.
  const confinement = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const browser = startProcess(program, [...SETTINGS, ...confinement, `--user-data-dir=${profile}`], {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
  });
  const devTools = new DevTools(browser);
  return {
    async newTab() {
      const { browserContextId } = await devTools.send<{ browserContextId: string }>("Target.createBrowserContext");
      return Tab.open(devTools, browserContextId);
    },
    async close() {
      await endProcess(browser);
      removeProfile();
      forget();
    },
  };
}
