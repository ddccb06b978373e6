// Which conversations with the agent are watched, and who hears what is told of them.
//
// Pieces of an answer are not kept: whoever missed one reads the conversation.

export class Chats {
  /** @param {{opened(id: string): void, closed(id: string): void}} parts */
  constructor({ opened, closed }) {
    Object.assign(this, { opened, closed });
    this.hearers = new Map(); // by id
    this.watched = new Set(); // of which the service said so
  }

  get any() {
    return this.hearers.size > 0;
  }

  get ids() {
    return [...this.hearers.keys()];
  }

  /** `isWatched` is called when pieces can come. @returns {() => void} ends it */
  open(id, hear, isWatched = () => {}) {
    const isNew = !this.hearers.has(id);
    const hearers = this.hearers.get(id) ?? new Set();
    const one = { hear, isWatched };
    this.hearers.set(id, hearers.add(one));
    if (isNew) this.opened(id);
    else if (this.watched.has(id)) isWatched();
    return () => this.#left(id, hearers, one);
  }

  #left(id, hearers, one) {
    if (!hearers.delete(one) || hearers.size > 0) return;
    this.hearers.delete(id);
    this.watched.delete(id);
    this.closed(id);
  }

  /** @param {{conversation_id: string}} piece of a conversation that may be watched no more */
  hear(piece) {
    for (const each of [...(this.hearers.get(piece.conversation_id) ?? [])]) each.hear(piece);
  }

  /** The service answered that it is watched, or that it cannot be. */
  told(id) {
    if (!this.hearers.has(id)) return;
    this.watched.add(id);
    for (const each of this.hearers.get(id)) each.isWatched();
  }
}
