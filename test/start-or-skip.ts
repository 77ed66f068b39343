import { Unavailable } from "../scripts/servers/server.ts";

/** Waits for a server. If it is not installed, says so and skips what the hook is for. */
export async function startOrSkip<Server>(starting: Promise<Server>, hook: Mocha.Context): Promise<Server> {
  return starting.catch((error: unknown) => {
    if (!(error instanceof Unavailable)) throw error;
    console.log(`      ${error.message}`);
    return hook.skip();
  });
}
