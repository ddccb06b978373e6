// Who in Microsoft Teams talks to the agent as the user, and the code that connects one more.

import { signal } from "../../lib.js";
import { SignedOut } from "../../api/problem.js";
import { list, nullable, oneOf, reading, record, text, time } from "../../live/reading.js";

const LINKS = "/api/agent/teams/links";
const CODES = "/api/agent/teams/codes";
const OFF = ["teams_off", "no_route"]; // no_route: the answer of a FileFerry that knows no Teams

const known = record({
  links: list(record({
    state: oneOf("connected", "ended"),
    teams_name: nullable(text),
    connected_at: time,
    expires_at: time,
  })),
});
const made = record({ code: text, expires_at: time });

export class Teams {
  /** The newest first; null until they are known, and where there is no Teams. */
  links = signal(null);
  /** {code, expires_at} while it waits to be sent in Teams. */
  code = signal(null);
  isOver = signal(false); // the time of the last code is
  error = signal(null); // of reading the links
  refusal = signal(null); // of the last wish
  busy = signal(null); // "connect" | "disconnect"
  #before = new Set(); // links that were there before the code
  #looking = null;

  /** @param {{api: object, say(text: string): void}} parts */
  constructor({ api, say }) {
    Object.assign(this, { api, say });
  }

  /** One look at a time. One that was overtaken by a wish tells nothing. */
  look() {
    if (this.#looking) return this.#looking;
    const look = this.#read(() => this.#looking === look).finally(() => {
      if (this.#looking === look) this.#looking = null;
    });
    this.#looking = look;
    return look;
  }

  connect() {
    return this.#wish("connect", async () => {
      this.#before = new Set(this.links.peek()?.map(keyOf));
      this.isOver.value = false;
      this.code.value = reading(made, await this.api.post(CODES));
    });
  }

  disconnect() {
    return this.#wish("disconnect", async () => {
      await this.api.delete(LINKS);
      this.links.value = [];
      this.code.value = null; // it is void with them
      this.isOver.value = false;
      this.say("Microsoft Teams is disconnected.");
    });
  }

  /** The code's time is over. It may have been sent in its last second. */
  async giveUp() {
    const given = this.code.peek();
    await this.look();
    if (given === null || this.code.peek() !== given) return;
    this.code.value = null;
    this.isOver.value = true;
  }

  async #read(isWanted) {
    try {
      const { links } = reading(known, await this.api.get(LINKS));
      if (!isWanted()) return;
      this.links.value = links;
      this.error.value = null;
    } catch (error) {
      if (!isWanted() || error instanceof SignedOut) return;
      if (OFF.includes(error.code)) this.#hide();
      else this.error.value = error;
      return;
    }
    if (this.code.peek() && this.links.peek().some(this.#isNew)) {
      this.code.value = null;
      this.say("Microsoft Teams is connected.");
    }
  }

  async #wish(what, act) {
    if (this.busy.peek()) return;
    this.busy.value = what;
    this.refusal.value = null;
    this.#looking = null;
    try {
      await act();
    } catch (error) {
      if (OFF.includes(error.code)) this.#hide();
      else if (!(error instanceof SignedOut)) this.refusal.value = error;
    } finally {
      this.busy.value = null;
    }
    if (this.refusal.peek()) await this.look(); // it may have been done nevertheless
  }

  #isNew = (link) => link.state === "connected" && !this.#before.has(keyOf(link));

  #hide() {
    for (const each of [this.links, this.code, this.error, this.refusal]) each.value = null;
  }
}

function keyOf({ connected_at, teams_name }) {
  return `${connected_at} ${teams_name}`;
}
