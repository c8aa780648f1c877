/** What answers under root_url, asked from here. */
export interface UrlFacts {
  /** Addresses that the shared host name resolves to. */
  readonly addresses: readonly string[];
}
