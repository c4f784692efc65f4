/** Remembers the newest ids. */
export type SeenEvents = {
  /** False when it is remembered already. */
  readonly add: (eventId: string) => boolean;
};

export function createSeenEvents(eventsMax: number): SeenEvents {
  const ids = new Set<string>();
  return {
    add: (eventId) => {
      if (ids.has(eventId)) return false;
      ids.add(eventId);
      if (ids.size > eventsMax) {
        const [oldest = ''] = ids;
        ids.delete(oldest);
      }
      return true;
    },
  };
}
