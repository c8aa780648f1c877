/** The object without its undefined entries, so that what was not said is absent and does not hide a default. */
export function present<Entries extends object>(entries: Entries): Entries {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as Entries;
}
