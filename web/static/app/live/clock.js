// The time of this page, for waiting and for telling how long ago something was.

const SLEPT = 1_000; // ms that the clock on the wall was ahead: more than its own corrections

/**
 * A clock that never goes backwards. The browser's steady clock may stand still while the machine
 * sleeps, and the clock on the wall may be set. The longer time is the truth, or costs one question
 * too many.
 *
 * @returns {{now(): number, after(ms: number, fn: () => void): () => void}} `now` in ms
 */
export function pageClock() {
  let steady = performance.now();
  let wall = Date.now();
  let now = steady;
  return {
    now() {
      const passed = performance.now() - steady;
      const onTheWall = Date.now() - wall;
      steady += passed;
      wall += onTheWall;
      now += onTheWall - passed > SLEPT ? onTheWall : passed;
      return now;
    },
    after(ms, fn) {
      const timer = setTimeout(fn, ms);
      return () => clearTimeout(timer);
    },
  };
}
