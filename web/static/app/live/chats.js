// Which conversations with the agent are watched, and who hears what is told of them.
//
// Pieces of an answer are not kept: whoever missed one reads the conversation.

export class Chats {
  /** @param {{opened(id: string): void, closed(id: string): void}} parts */
  constructor({ opened, closed }) {
    Object.assign(this, { opened, closed });
    this.hearers = new Map();
  }

  get any() {
    return this.hearers.size > 0;
  }

  get ids() {
    return [...this.hearers.keys()];
  }

  /** @returns {() => void} ends it */
  open(id, hear) {
    const isNew = !this.hearers.has(id);
    const hearers = this.hearers.get(id) ?? new Set();
    const one = (piece) => hear(piece);
    this.hearers.set(id, hearers.add(one));
    if (isNew) this.opened(id);
    return () => this.#left(id, hearers, one);
  }

  #left(id, hearers, one) {
    if (!hearers.delete(one) || hearers.size > 0) return;
    this.hearers.delete(id);
    this.closed(id);
  }

  /** @param {{conversation_id: string}} piece of a conversation that may be watched no more */
  hear(piece) {
    for (const each of [...(this.hearers.get(piece.conversation_id) ?? [])]) each(piece);
  }
}
