/** Where a redirect leads: what is not given stays as in the request. */
export interface Redirect {
  readonly hostName?: string;
  readonly protocol?: WebProtocol;
}

export type WebProtocol = "http" | "https";

/** To whom a routing rule applies: requests that fit all that is given. */
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

/** A website that only tells where another one is. */
export interface RedirectingWebsite {
  readonly redirectAllRequestsTo: Redirect & { readonly hostName: string };
}

export type WebsiteConfiguration = ServingWebsite | RedirectingWebsite;
