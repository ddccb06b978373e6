// Paints squares into a canvas, and only those whose tone has changed.

import { MOVING, SHADES, boxOf, tonesOf } from "./map-plan.js";

export class MapPainter {
  /** @param {HTMLCanvasElement} canvas its style has the colours --map-done, --map-moving, --map-waiting */
  constructor(canvas) {
    this.canvas = canvas;
    this.painted = null; // the tones that are in the canvas
    this.key = "";
    this.runs = null;
  }

  /**
   * @param {import("./runs.js").Runs} runs
   * @param {import("./map-plan.js").Layout} layout
   * @param {number} ratio device pixels for a CSS pixel
   * @param {string} theme the colours are read again when it changes
   * @returns {number} how many squares were painted
   */
  paint(runs, layout, ratio, theme) {
    const key = [layout.open, layout.total, layout.width, layout.height, layout.cells, ratio, theme].join(" ");
    if (key === this.key && runs === this.runs) return 0;
    if (key !== this.key) this.#begin(layout, ratio);
    const tones = tonesOf(runs, layout);
    const number = this.#fill(tones, layout, ratio);
    Object.assign(this, { key, runs, painted: tones });
    return number;
  }

  #begin(layout, ratio) {
    this.canvas.width = Math.max(1, Math.round(layout.width * ratio));
    this.canvas.height = Math.max(1, Math.round(layout.height * ratio));
    const style = getComputedStyle(this.canvas);
    const colour = (name) => style.getPropertyValue(name).trim();
    this.colours = { done: colour("--map-done"), moving: colour("--map-moving"), waiting: colour("--map-waiting") };
    this.painted = null;
  }

  #fill(tones, layout, ratio) {
    const context = this.canvas.getContext("2d");
    const { done, moving, waiting } = this.colours;
    let number = 0;
    for (let cell = 0; cell < tones.length; cell += 1) {
      const tone = tones[cell];
      if (this.painted && this.painted[cell] === tone) continue;
      const box = boxOf(layout, cell, ratio);
      number += 1;
      context.fillStyle = tone === MOVING ? moving : tone === SHADES ? done : waiting;
      context.fillRect(...box);
      if (tone === 0 || tone >= SHADES) continue;
      context.globalAlpha = tone / SHADES;
      context.fillStyle = done;
      context.fillRect(...box);
      context.globalAlpha = 1;
    }
    return number;
  }
}
