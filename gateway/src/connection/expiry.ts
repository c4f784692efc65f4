const timerMsMax = 2 ** 31 - 1;

/** At the moment that a token says, without the patience that a request by HTTP has. */
export const atExpiry = (expiresAt: number, act: () => void): NodeJS.Timeout =>
  setTimeout(act, Math.min(Math.max(expiresAt - Date.now(), 0), timerMsMax));
