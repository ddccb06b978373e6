// What the console knows of the transfers that it watches, from the messages of the WebSocket.
//
// Messages may come twice, late, in another order, or not at all. Whatever comes, a transfer is in
// a state that the service had, or it is in `behind` and has to be asked for again.

import { RunsDoNotFit, splice } from "./chunk-runs.js";

export class Known {
  /** `isAsked` tells of an id whether it was asked for. A list may tell of any. */
  constructor(isAsked = () => true) {
    this.isAsked = isAsked;
    this.transfers = new Map();
    this.behind = new Set();
  }

  get(id) {
    return this.transfers.get(id);
  }

  has(id) {
    return this.transfers.has(id);
  }

  /** Of those transfers of which something is known. */
  positions(ids = this.transfers.keys()) {
    const found = [];
    for (const id of ids) {
      const known = this.transfers.get(id);
      if (known) found.push({ transfer_id: id, epoch: known.epoch, seq: known.seq });
    }
    return found;
  }

  /** The transfers of which something new is known now. */
  hear(message) {
    const told = message.type === "snapshot" ? message.transfers : message.changes;
    const take = message.type === "snapshot" ? this.#replace : this.#change;
    return told
      .filter((each) => this.isAsked(each.transfer_id))
      .map((each) => take.call(this, each))
      .filter((each) => each !== null);
  }

  forget(id) {
    this.transfers.delete(id);
    this.behind.delete(id);
  }

  /** Of a transfer that is told without its chunks from now on. */
  forgetChunks(id) {
    const known = this.transfers.get(id);
    if (known?.chunk_runs) this.transfers.set(id, { ...known, chunk_runs: null });
  }

  #replace(transfer) {
    const known = this.transfers.get(transfer.transfer_id);
    const sameLife = known?.epoch === transfer.epoch;
    if (sameLife && known.seq > transfer.seq) return null; // it was overtaken by a change
    if (sameLife && known.seq === transfer.seq) return this.#keep(withDetails(transfer, known));
    return this.#keep(transfer);
  }

  #keep(transfer) {
    this.transfers.set(transfer.transfer_id, transfer);
    this.behind.delete(transfer.transfer_id);
    return transfer;
  }

  #change(change) {
    const known = this.transfers.get(change.transfer_id);
    const sameLife = known?.epoch === change.epoch;
    if (sameLife && known.seq >= change.seq) return null;
    const missed = !sameLife || known.seq < change.base;
    if (missed || (change.chunk_changes?.length && known.seq !== change.base)) {
      this.behind.add(change.transfer_id);
      return null;
    }
    try {
      return this.#keep(changed(known, change));
    } catch (error) {
      if (!(error instanceof RunsDoNotFit)) throw error;
      this.forget(change.transfer_id); // asked for without a position, it is sent whole
      this.behind.add(change.transfer_id);
      return null;
    }
  }
}

/** A list is told without details. At the same `seq` they are still what they were. */
function withDetails(transfer, known) {
  const chunk_runs = transfer.chunk_runs || known.chunk_runs;
  return { ...transfer, chunk_runs, receipt: transfer.receipt || known.receipt };
}

function changed(known, change) {
  const after = { ...known, ...change.set, seq: change.seq };
  if (change.chunk_changes?.length && !Object.hasOwn(change.set, "chunk_runs")) {
    if (known.chunk_runs === null) throw new RunsDoNotFit("no runs are known");
    after.chunk_runs = change.chunk_changes.reduce(
      (runs, each) => splice(runs, each.first, each.runs),
      known.chunk_runs,
    );
  }
  return after;
}
