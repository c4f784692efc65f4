export type Recent<Value> = {
  readonly get: (key: string) => Value | undefined;
  readonly set: (key: string, value: Value) => void;
  /** Most recently used last. */
  readonly keys: () => readonly string[];
  readonly clear: () => void;
};

export type RecentLimits = {
  readonly entriesMax: number;
  /** Of all keys together, in characters. */
  readonly keyCharsMax: number;
};

/** Remembers what was used last, within two limits. */
export function createRecent<Value>({ entriesMax, keyCharsMax }: RecentLimits): Recent<Value> {
  const entries = new Map<string, Value>();
  let keyChars = 0;

  const forget = (key: string): void => {
    if (entries.delete(key)) keyChars -= key.length;
  };
  const get = (key: string): Value | undefined => {
    const value = entries.get(key);
    if (value === undefined) return undefined;
    entries.delete(key);
    entries.set(key, value);
    return value;
  };
  const set = (key: string, value: Value): void => {
    forget(key);
    entries.set(key, value);
    keyChars += key.length;
    for (const oldest of entries.keys()) {
      if (entries.size <= entriesMax && keyChars <= keyCharsMax) break;
      forget(oldest);
    }
  };
  const clear = (): void => {
    entries.clear();
    keyChars = 0;
  };
  return { get, set, keys: () => [...entries.keys()], clear };
}
