/** What answers under root_url, asked from here. */
export interface UrlFacts {
  /** Addresses that the shared host name resolves to. */
  readonly addresses: readonly string[];
}

export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  /** The topmost name in the chain that was sent. */
  readonly topIssuer: string;
  /** Subject alternative names, `DNS:…` and `IP Address:…`. */
  readonly names: readonly string[];
  /** Whether a name fits the server name, by the rules of browsers and Go: the subject does not count. */
  readonly fitsName: boolean;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Undefined when the chain leads to a root of Mozilla's or of this machine, else OpenSSL's code, such as DEPTH_ZERO_SELF_SIGNED_CERT. */
  readonly chainError?: string;
}
