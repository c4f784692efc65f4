/** What every caught message has; the rest is the medium's own. */
export type Caught = {
  readonly id: string;
  readonly receivedAt: string;
  readonly to: readonly string[];
  readonly title: string;
  readonly text: string;
};

export type Inbox<Message extends Caught> = {
  readonly add: (message: Message) => void;
  /** The newest first. */
  readonly list: (filter: { readonly to?: string | null; readonly limit?: number }) => Message[];
  readonly clear: () => void;
};

/** Older ones are forgotten: this is to look at, not to keep. */
const messagesMax = 5000;

export function createInbox<Message extends Caught>(): Inbox<Message> {
  let messages: Message[] = [];
  return {
    add: (message) => {
      messages.unshift(message);
      if (messages.length > messagesMax) messages.length = messagesMax;
    },
    list: ({ to, limit = 100 }) =>
      messages.filter((message) => !to || message.to.includes(to)).slice(0, limit),
    clear: () => {
      messages = [];
    },
  };
}
