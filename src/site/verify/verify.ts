import type { ErrorCode } from "../../errors/error-codes.ts";
import { isCertificateCode } from "../../errors/system-codes.ts";
import { ConnectionError } from "../../http/connection-error.ts";
import { inParallel } from "../../s3/concurrency/in-parallel.ts";
import { growingDelays, type WaitingTools } from "../growing-delays.ts";
import type { SiteCheck } from "./site-check.ts";
import { BodyEncodingError, fetchAnswer, type Visitor } from "./verify-answer.ts";
import { likelyCause } from "./verify-cause.ts";
import { codeOfDeviation, type Deviation, describeDeviation, deviationOf } from "./verify-deviation.ts";

export interface VerifyTools extends Visitor, WaitingTools {
  /** How long to wait for caches, names and settings to settle. */
  readonly settleMs: number;
  /** The name servers of the hosted zone of the site's domain, if known. */
  readonly nameServers?: readonly string[];
}

/** A URL whose answer was wrong until the end. */
export interface VerifyFailure {
  readonly url: string;
  readonly code: ErrorCode;
  /** The expected and the actual answer, as a sentence without its end. */
  readonly problem: string;
  /** The most likely cause, and what to do, as complete sentences. */
  readonly cause: string;
}

interface FailedCheck {
  readonly check: SiteCheck;
  readonly deviation: Deviation;
}

/** URLs that are fetched at once. */
const CONCURRENCY = 8;

/**
 * Fetches the site like its visitors, and compares the answers with what was published. Wrong answers are fetched again until they are
 * right or time is up.
 *
 * @returns the checks that failed until the end, in their order; empty if all answers are right.
 * @throws the signal's reason.
 */
export async function verifySite(checks: readonly SiteCheck[], tools: VerifyTools): Promise<readonly VerifyFailure[]> {
  const { settleMs, nameServers = [] } = tools;
  let failed: readonly FailedCheck[] = [];
  let pending = checks;
  for await (const _ of growingDelays(settleMs, "the site returns what was published", tools)) {
    failed = await runChecks(pending, tools);
    if (!failed.some(maySettle)) break;
    pending = failed.map(({ check }) => check);
  }
  return explain(failed, checks, nameServers);
}

function explain(
  failed: readonly FailedCheck[],
  checks: readonly SiteCheck[],
  nameServers: readonly string[],
): readonly VerifyFailure[] {
  const present = failed.filter(({ check }) => expectsSuccess(check));
  const statuses = new Set(present.map(({ deviation }) => statusOf(deviation)));
  const concernsAll = statuses.size === 1 && present.length === checks.filter(expectsSuccess).length;
  return failed.map((failure) => {
    const { url } = failure.check;
    // If no page can be fetched, the error document cannot be checked either.
    const first = concernsAll && !expectsSuccess(failure.check) ? present[0] : undefined;
    const { deviation } = first?.deviation.aspect === "status" ? first : failure;
    return {
      url,
      code: codeOfDeviation(failure.deviation),
      problem: describeDeviation(failure.deviation),
      cause: likelyCause(deviation, url, { concernsAll, nameServers }),
    };
  });
}

/** Whether a page is expected, and not the error document. */
function expectsSuccess({ statuses }: SiteCheck): boolean {
  return statuses.some((status) => status < 400);
}

function statusOf(deviation: Deviation): number | undefined {
  return "answer" in deviation ? deviation.answer.status : undefined;
}

async function runChecks(checks: readonly SiteCheck[], tools: VerifyTools): Promise<readonly FailedCheck[]> {
  const deviations = await inParallel(checks, CONCURRENCY, tools.signal, (check, _index, signal) =>
    runCheck(check, { ...tools, signal }),
  );
  return checks.flatMap((check, index) => {
    const deviation = deviations[index];
    return deviation ? [{ check, deviation }] : [];
  });
}

async function runCheck(check: SiteCheck, visitor: Visitor): Promise<Deviation | undefined> {
  try {
    return deviationOf(check, await fetchAnswer(check.url, visitor));
  } catch (error) {
    if (error instanceof ConnectionError) return { aspect: "connection", error };
    if (error instanceof BodyEncodingError) return { aspect: "encoding", error };
    throw error;
  }
}

/** Waiting does not change a certificate. */
function maySettle({ deviation }: FailedCheck): boolean {
  return deviation.aspect !== "connection" || !isCertificateCode(deviation.error.systemCode);
}
