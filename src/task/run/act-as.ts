import type { BucketAccess } from "../../sync/options.ts";
import type { TaskAccess } from "../inputs/access.ts";

/**
 * Does a step's work in the name that its inputs say, and tells the log whose that is. Where the name has to be asked for first, it is,
 * before anything else: a step that may not act fails with that reason.
 *
 * @throws {IdentityError} where there are no credentials; what `act` throws.
 */
export async function actAs<T>(
  access: TaskAccess,
  taskName: string,
  cancelled: AbortSignal,
  act: (access: BucketAccess) => Promise<T>,
): Promise<T> {
  const { identity, ...bucket } = access;
  const { base, hops, hasSts } = identity;
  // Plain keys for a store without roles need nothing else.
  if (base.kind === "keys" && hops.length === 0 && !hasSts) {
    const { credentials } = base;
    return act({ ...bucket, credentials: () => credentials });
  }
  const { actInSession } = await import("./session.ts");
  return actInSession(identity, taskName, cancelled, (session) => act({ ...bucket, ...session }));
}
