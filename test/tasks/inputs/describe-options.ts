import type { RollbackOptions, SiteOptions, SiteSettings } from "../../../src/site/options.ts";
import type { DownloadOptions, ObjectSettings, UploadOptions } from "../../../src/sync/options.ts";
import type { InNameOf } from "../../../src/task/inputs/access.ts";
import type { Identity } from "../../../src/task/inputs/identity.ts";
import type { RemovalOptions } from "../../../tasks/AwsS3PublishSite/inputs.ts";

/** A task's options as plain data, which survives JSON. */
export type OptionsDescription = Readonly<Record<string, unknown>>;

/** Paths for which the options are asked what they would do. */
export const PROBED_PATHS = ["index.html", "assets/app.js", "assets/app.js.map", ".well-known/ä.txt"];

/** Describes all of a task's options; functions by what they answer. */
export function describeOptions(
  options:
    | InNameOf<UploadOptions>
    | InNameOf<DownloadOptions>
    | InNameOf<SiteOptions>
    | ((InNameOf<RollbackOptions> | InNameOf<RemovalOptions>) & { readonly patterns?: undefined }),
): OptionsDescription {
  const { access, patterns, encryption, ...others } = options;
  const { store, identity, ...bucket } = access;
  const { endpoint, ...addressing } = store;
  const { settings, ...plain } = "settings" in others ? others : { ...others, settings: undefined };
  return {
    ...plain,
    ...bucket,
    ...addressing,
    ...(endpoint ? { endpoint: endpoint.href } : {}),
    ...describeIdentity(identity),
    ...(patterns ? { matched: PROBED_PATHS.filter((path) => patterns.matches(path)) } : {}),
    ...(encryption ? { encryption: describeEncryption(encryption) } : {}),
    ...(settings ? describeSettings(settings) : {}),
  };
}

function describeIdentity({ base, hops, stsEndpoint }: Identity): OptionsDescription {
  return {
    signsInBy: base,
    roles: hops.map(({ sessionTags, ...role }) => ({
      ...role,
      ...(sessionTags ? { sessionTags: [...sessionTags] } : {}),
    })),
    ...(stsEndpoint ? { stsEndpoint: stsEndpoint.href } : {}),
  };
}

function describeEncryption(encryption: NonNullable<UploadOptions["encryption"]>): unknown {
  return encryption.kind === "customer" ? { ...encryption, key: encryption.key.toString("hex") } : encryption;
}

function describeSettings(settings: ObjectSettings | SiteSettings | RollbackOptions["settings"]): OptionsDescription {
  if (!("headersFor" in settings)) return settings.tags ? { tags: [...settings.tags] } : {};
  const { headersFor, tags, ...all } = settings;
  const { rules: _, ...others } = "rules" in all ? all : { ...all, rules: undefined };
  const { ruledHeadersFor, ...plain } =
    "ruledHeadersFor" in others ? others : { ...others, ruledHeadersFor: undefined };
  return {
    ...plain,
    headers: describeHeaders(headersFor),
    ...(ruledHeadersFor ? { ruledHeaders: describeHeaders(ruledHeadersFor) } : {}),
    ...(tags ? { tags: [...tags] } : {}),
  };
}

function describeHeaders(headersFor: ObjectSettings["headersFor"]): unknown {
  const headers = PROBED_PATHS.map((path) => [path, headersFor(path)] as const);
  return Object.fromEntries(headers.filter(([, named]) => Object.keys(named).length > 0));
}
