/** The target of a redirect. Missing parts are taken from the request. */
export interface Redirect {
  readonly hostName?: string;
  readonly protocol?: WebProtocol;
}

export type WebProtocol = "http" | "https";

/** The requests that a routing rule applies to. All given conditions must hold. */
export interface RoutingCondition {
  readonly keyPrefixEquals?: string;
  /** The status that the request would be answered with otherwise. */
  readonly httpErrorCodeReturnedEquals?: number;
}

/** How a routing rule changes the address of a request; at most one of the replacements is given. */
export interface RoutingRedirect extends Redirect {
  readonly replaceKeyPrefixWith?: string;
  readonly replaceKeyWith?: string;
  readonly httpRedirectCode?: number;
}

export interface RoutingRule {
  /** None: the rule applies to all requests. */
  readonly condition?: RoutingCondition;
  readonly redirect: RoutingRedirect;
}

/** A website that serves the objects of its bucket. */
export interface ServingWebsite {
  readonly indexSuffix: string;
  readonly errorKey: string | undefined;
  readonly routingRules: readonly RoutingRule[];
}

/** A website that only redirects to another one. */
export interface RedirectingWebsite {
  readonly redirectAllRequestsTo: Redirect & { readonly hostName: string };
}

export type WebsiteConfiguration = ServingWebsite | RedirectingWebsite;
