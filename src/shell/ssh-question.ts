/** What ssh asks through SSH_ASKPASS. */
export type SshQuestion = HostKeyQuestion | { readonly kind: 'secret'; readonly text: string };

export interface HostKeyQuestion {
  readonly kind: 'host-key';
  /** As ssh writes it: `host`, or `[host]:port`. */
  readonly host: string;
  /** Such as ED25519. */
  readonly type: string;
  /** `SHA256:…`. */
  readonly fingerprint: string;
  /** What trusts this key and no other; ssh before 8.0 knows only `yes`. */
  readonly answer: string;
}

/** Reads the text that ssh gives its askpass program; OpenSSH 10 writes "fingerprint is:". */
export function parseSshQuestion(text: string): SshQuestion {
  const host = /authenticity of host '([^' ]+)/.exec(text)?.[1];
  const key = /^(\S+) key fingerprint is:? (SHA256:[\w+/=]+)/m.exec(text);
  if (host === undefined || !key) return { kind: 'secret', text: text.trim().replace(/:$/, '') };
  const [, type = '', fingerprint = ''] = key;
  return { kind: 'host-key', host, type, fingerprint, answer: text.includes('[fingerprint]') ? fingerprint : 'yes' };
}

/** Whether the key is the target's own, not that of a host on the way to it. */
export function isKeyOf({ host }: HostKeyQuestion, settings: ReadonlyMap<string, string>): boolean {
  const asked = /^\[(.*)\]:\d+$/.exec(host)?.[1] ?? host;
  return [settings.get('hostkeyalias'), settings.get('hostname')].includes(asked);
}
