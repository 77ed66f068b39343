import type { BucketAccess } from "../../sync/options.ts";
import type { TaskAccess } from "../inputs/access.ts";

/**
 * Does a step's work with the identity from its inputs, and logs it. If credentials must be requested, this comes first, so that a step
 * without an identity fails with that reason.
 *
 * @throws {IdentityError} if there are no credentials; what `act` throws.
 */
export async function actAs<T>(
  access: TaskAccess,
  taskName: string,
  cancelSignal: AbortSignal,
  act: (access: BucketAccess) => Promise<T>,
): Promise<T> {
  const { identity, ...bucket } = access;
  const { base, hops, hasSts } = identity;
  // Access keys of a store without roles need no further step.
  if (base.kind === "keys" && hops.length === 0 && !hasSts) {
    const { credentials } = base;
    return act({ ...bucket, credentials: () => credentials });
  }
  const { actInSession } = await import("./session.ts");
  return actInSession(identity, taskName, cancelSignal, (session) => act({ ...bucket, ...session }));
}
