/** Messages that wait for one reader, as far as there is room. */
export type WaitingLine<Message extends object> = {
  readonly add: (message: Message) => void;
  /** Nothing more comes. What waits is still given. */
  readonly end: (error: Error) => void;
  /** Nothing more is wanted, not even what waits. */
  readonly drop: () => void;
  /** The next message. Null once dropped; throws what ended the line when it is empty. */
  readonly next: () => Promise<Message | null>;
};

export type Room = {
  readonly messagesMax: number;
  readonly onFull: () => void;
  readonly onRoom: () => void;
};

export function createWaitingLine<Message extends object>({
  messagesMax,
  onFull,
  onRoom,
}: Room): WaitingLine<Message> {
  const waiting: Message[] = [];
  let isFull = false;
  let isDropped = false;
  let ended: Error | undefined;
  let wake: (() => void) | undefined;

  const take = (): Message | undefined => {
    const first = waiting.shift();
    if (isFull && waiting.length <= messagesMax / 2) {
      isFull = false;
      onRoom();
    }
    return first;
  };
  return {
    add: (message) => {
      waiting.push(message);
      wake?.();
      if (isFull || waiting.length < messagesMax) return;
      isFull = true;
      onFull();
    },
    end: (error) => {
      ended ??= error;
      wake?.();
    },
    drop: () => {
      isDropped = true;
      wake?.();
    },
    next: async () => {
      for (;;) {
        if (isDropped) return null;
        const first = take();
        if (first) return first;
        if (ended) throw ended;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
