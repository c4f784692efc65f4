/** What came of handing one message over. */
export type Outcome =
  /** The provider has it, and is the one to deliver it. */
  | { readonly kind: 'ACCEPTED'; readonly providerMessageId: string }
  /** It certainly was not taken, and may be later. */
  | { readonly kind: 'LATER'; readonly problem: string; readonly retryAfterS?: number }
  /** It certainly was not taken, and never will be; `isAddress` says that nothing will be at this address. */
  | { readonly kind: 'REFUSED'; readonly problem: string; readonly isAddress: boolean }
  /** It may have been taken. Nobody sends it again but a person who has asked. */
  | { readonly kind: 'UNKNOWN'; readonly problem: string };

/** Hands messages over. Never throws: what goes wrong is an outcome too. */
export type Sender<Message> = {
  readonly send: (message: Message) => Promise<Outcome>;
  readonly close: () => Promise<void>;
};

const firstDelayS = 60;
const longestDelayS = 4 * 3600;
/** Over about a day; whoever is greeted later than that is greeted on the wrong day. */
const attemptsMax = 10;

/** How long to wait after so many attempts, or null after the last. `random` is of 0 to 1. */
export function retryDelayS(
  attempts: number,
  {
    retryAfterS = 0,
    random,
  }: { readonly retryAfterS?: number | undefined; readonly random: number },
): number | null {
  if (attempts >= attemptsMax) return null;
  const delayS = Math.min(longestDelayS, firstDelayS * 2 ** (attempts - 1));
  return Math.max(retryAfterS, delayS * (0.75 + random / 2));
}
