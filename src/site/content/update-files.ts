/**
 * Service workers, and what registers them or tells them what to cache: an old one keeps visitors with the old site. By the names that
 * Workbox, Angular, Blazor, Flutter, Firebase, OneSignal, PWABuilder and Partytown give them, and by what they are called elsewhere.
 */
const WORKERS = [
  /(?:^|[/_.-])(?:sw|service[-_.]?worker(?:[-_.]assets)?)(?:\.min)?\.[cm]?js$/i,
  /(?:^|\/)(?:registerSW|OneSignalSDK(?:Updater)?Worker|(?:ngsw|safety|push|messaging|mockService)-?worker)\.m?js$/i,
  /(?:^|\/)ngsw\.json$|\.webmanifest$/,
];

/** What a page starts an app with, under the same name in every build: Blazor, .NET for the browser, Flutter. */
const BOOT_FILES =
  /(?:^|\/)(?:blazor\.boot\.json|_framework\/(?:blazor\.\w+|dotnet(?:\.boot)?)\.js|flutter(?:_bootstrap)?\.js)$/;

/**
 * Data that pages are made from in the browser, or that tells open pages which version of the site is there: SvelteKit, Nuxt, Gatsby
 * ("Caching Static Sites" in Gatsby's documentation), Remix and React Router, Vike.
 */
const PAGE_DATA =
  /(?:^|\/)(?:__data\.json|_payload\.json|_nuxt\/builds\/latest\.json|_app\/version\.json|page-data\/.*\.json)$|\.data$|\.pageContext\.json$/;

/** Whether a file, by its path, is a service worker, or registers one, or tells it which version of the site to cache. */
export function isOfServiceWorker(path: string): boolean {
  return WORKERS.some((pattern) => pattern.test(path));
}

/** Whether a file, by its path, belongs to pages: they are right only with the file of the same build. */
export function belongsToPages(path: string): boolean {
  return BOOT_FILES.test(path) || PAGE_DATA.test(path);
}
