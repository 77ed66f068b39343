/**
 * Service workers, and files that register them or list what they cache. An old one keeps visitors on the old site. The names are those
 * of Workbox, Angular, Blazor, Flutter, Firebase, OneSignal, PWABuilder and Partytown, and other common ones.
 */
const WORKERS = [
  /(?:^|[/_.-])(?:sw|service[-_.]?worker(?:[-_.]assets)?)(?:\.min)?\.[cm]?js$/i,
  /(?:^|\/)(?:registerSW|OneSignalSDK(?:Updater)?Worker|(?:ngsw|safety|push|messaging|mockService)-?worker)\.m?js$/i,
  /(?:^|\/)ngsw\.json$|\.webmanifest$/,
];

/** Files that start an app and have the same name in every build: Blazor, .NET for the browser, Flutter. */
const BOOT_FILES =
  /(?:^|\/)(?:blazor\.boot\.json|_framework\/(?:blazor\.\w+|dotnet(?:\.boot)?)\.js|flutter(?:_bootstrap)?\.js)$/;

/**
 * Data from which the browser builds pages, or that contains the site's version for open pages: SvelteKit, Nuxt, Gatsby ("Caching Static
 * Sites" in Gatsby's documentation), Remix and React Router, Vike.
 */
const PAGE_DATA =
  /(?:^|\/)(?:__data\.json|_payload\.json|_nuxt\/builds\/latest\.json|_app\/version\.json|page-data\/.*\.json)$|\.data$|\.pageContext\.json$/;

/** Whether a file, by its path, is a service worker, or registers one, or contains the version that it caches. */
export function isOfServiceWorker(path: string): boolean {
  return WORKERS.some((pattern) => pattern.test(path));
}

/** Whether a file, by its path, belongs to pages: they are right only with the file of the same build. */
export function belongsToPages(path: string): boolean {
  return BOOT_FILES.test(path) || PAGE_DATA.test(path);
}
