// How often the console asks, how long it waits, and when it believes that nobody is there.

/** All in milliseconds. */
export const PACE = Object.freeze({
  tick: 250,
  hiddenTick: 1_000,
  coalesce: 80, // messages that come together are shown together
  heartbeatMoving: 5_000, // of silence, before a ping
  heartbeatQuiet: 30_000,
  answerWithin: 5_000, // a ping or a subscription that gets no answer: nobody is there
  openWithin: 8_000,
  lasting: 30_000, // a connection that lived so long was a good one
  askAgainWithin: 5_000, // a question about what was missed may be lost itself
  askGap: 1_000, // what is missed meanwhile is asked for together
  subscribesWithin: 10_000, // the service takes MOST_SUBSCRIBES and some more in that time
  streamAgain: 60_000, // how long to poll before the stream is tried again
  wakeGap: 2_000, // between two connections that the browser's events ask for
  linger: 5_000, // how long a watch outlives its screen: the next one often wants the same
  staleAfter: 10_000, // two heartbeats

  callGap: 1_500, // an account has 100 calls a minute for all its tabs; one tab takes 40
  callWithin: 10_000,
  listGap: 5_000,
  singleGap: 2_000,
  holdAfterRefusal: 5_000,
  firstRetry: 1_000, // doubles with each failure
  lastRetry: 30_000,
});

export const MOST_SUBSCRIBES = 16;
export const BURST = 8; // calls at once
export const HIDDEN_SLOWDOWN = 6; // polls of a tab that nobody sees

/** At random, so that the clients of a service that comes back do not come all at once. */
export function backoff(failures, random) {
  const doublings = Math.min(Math.max(0, failures - 1), 10);
  return Math.min(PACE.lastRetry, PACE.firstRetry * 2 ** doublings) * random();
}
