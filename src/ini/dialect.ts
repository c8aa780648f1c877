/** Offsets into a text, `end` excluded. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What an editor must know of an ini text; spans of entries are whole lines with their line breaks. */
export type Entry =
  | (Span & { readonly kind: 'section'; readonly section: string })
  | (Span & {
      readonly kind: 'setting';
      readonly section: string;
      readonly key: string;
      /** What a new value takes the place of; empty where nothing stands behind the delimiter. */
      readonly value: Span;
      /** Put before a new value where `value` is empty. */
      readonly lead: string;
      /** A comment on the value's last line; empty when there is none. */
      readonly comment: Span;
      /** The next line would be taken in, were there one: an empty line must follow. */
      readonly open: boolean;
    })
  /** A setting that is commented out, such as `;ha_peers =`. */
  | (Span & { readonly kind: 'commented'; readonly section: string; readonly key: string });

/** How one family of ini files splits a text. */
export interface Dialect {
  /** The section of settings that stand before any header. */
  readonly unnamedSection: string;
  /** In the order of the text; what is no entry is left out. Throws UserError when the text is not in this dialect. */
  entries(text: string): readonly Entry[];
  /** Whether a comment may stand behind a written value without becoming part of it. */
  mayFollow(written: string, comment: string): boolean;
}

/** The key of a comment that is a setting commented out. */
export function commentedKey(comment: string): string | undefined {
  return /^[;#][ \t]*([\w.-]+)[ \t]*=/.exec(comment)?.[1];
}

/** Space after a bare delimiter where there is one before it: `key =`, but not `key=`. */
export function leadAfterDelimiter(text: string, afterDelimiter: number, valueStart: number): string {
  return valueStart === afterDelimiter && /[ \t]/.test(text[afterDelimiter - 2] ?? '') ? ' ' : '';
}
