import { lastName } from "./below-folder.ts";
import { contentTypes } from "./content-types.ts";

const UNKNOWN = "application/octet-stream";
const JSON_TYPE = "application/json";
const TEXT = "text/plain; charset=utf-8";

/**
 * Files that have a fixed name without an extension, most of them below `.well-known/`. Sources: IANA's registry of well-known URIs, and
 * the documentation of those who ask for the files.
 */
const KNOWN_NAMES: Readonly<Record<string, string>> = {
  "apple-app-site-association": JSON_TYPE,
  "openid-configuration": JSON_TYPE,
  "oauth-authorization-server": JSON_TYPE,
  "oauth-protected-resource": JSON_TYPE,
  assetlinks: JSON_TYPE,
  jwks: JSON_TYPE,
  nodeinfo: JSON_TYPE,
  webfinger: "application/jrd+json",
  webauthn: JSON_TYPE,
  "passkey-endpoints": JSON_TYPE,
  "web-app-origin-association": JSON_TYPE,
  "api-catalog": "application/linkset+json",
  "host-meta": "application/xrd+xml",
  "traffic-advice": "application/trafficadvice+json",
  "apple-developer-merchantid-domain-association": TEXT,
  "atproto-did": TEXT,
};
/** Of these, names in some folders alone: Matrix's files, and the proofs of ACME (RFC 8555, section 8.3). */
const KNOWN_PATHS: readonly (readonly [pattern: RegExp, type: string])[] = [
  [/(?:^|\/)\.well-known\/matrix\/(?:server|client|support)$/, JSON_TYPE],
  [/(?:^|\/)\.well-known\/acme-challenge\/[\w-]+$/, TEXT],
];

/**
 * Guesses a file's content type from its name, text with its charset (UTF-8).
 *
 * @returns `application/octet-stream` for an unknown name.
 */
export function guessContentType(path: string): string {
  const name = lastName(path);
  const extension = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  const tells = extension.length < name.length && Object.hasOwn(contentTypes, extension);
  if (tells) return contentTypes[extension] as string;
  if (Object.hasOwn(KNOWN_NAMES, name)) return KNOWN_NAMES[name] as string;
  return KNOWN_PATHS.find(([pattern]) => pattern.test(path))?.[1] ?? UNKNOWN;
}
