/** What Azure DevOps says of one of its resources: where it is, and in which versions. */
export interface ResourceLocation {
  readonly id: string;
  readonly area: string;
  readonly resourceName: string;
  readonly routeTemplate: string;
  readonly resourceVersion: number;
  readonly minVersion: string;
  readonly maxVersion: string;
  readonly releasedVersion: string;
}

/** The resource that issues tokens to jobs. Source: "Oidctoken - Create", Azure DevOps Services REST API Reference. */
export const oidcTokenLocation: ResourceLocation = {
  id: "69a319f4-28c1-4bfd-93e6-ea0ff5c6f1a2",
  area: "distributedtask",
  resourceName: "oidctoken",
  routeTemplate: "{scopeIdentifier}/_apis/{area}/hubs/{hubName}/plans/{planId}/jobs/{jobId}/{resource}",
  resourceVersion: 1,
  minVersion: "7.1",
  maxVersion: "7.2",
  releasedVersion: "0.0",
};

/**
 * Whether a request asks for a version of a resource that there is.
 *
 * @param accept as `application/json;api-version=7.2-preview.1`.
 * @returns the server's complaint; undefined if there is nothing to complain about.
 */
export function complainOfVersion(
  { minVersion, maxVersion, releasedVersion, resourceName }: ResourceLocation,
  method: string,
  accept: string,
  query: URLSearchParams,
): string | undefined {
  const asked = /api-version=([^;,\s]+)/.exec(accept)?.[1] ?? query.get("api-version");
  if (!asked) {
    return `No api-version was supplied for the "${method}" request. The version must be supplied either as part of the Accept header (e.g. "application/json; api-version=1.0") or as a query parameter (e.g. "?api-version=1.0").`;
  }
  const [, version = "", preview] = /^(\d+\.\d+)(-preview(?:\.\d+)?)?$/.exec(asked) ?? [];
  if (Number(version) < Number(minVersion) || Number(version) > Number(maxVersion) || version === "") {
    return `The requested REST API version of ${asked} is out of range for this server. The latest REST API version this server supports is ${maxVersion}.`;
  }
  if (preview !== undefined || Number(version) <= Number(releasedVersion)) return undefined;
  return `The requested version "${version}" of the resource is under preview. The -preview flag must be supplied in the api-version for such requests. For example: "${version}-preview" (${resourceName})`;
}
