// The map of a transfer's chunks: what each square stands for, and how it is painted.

import assert from "node:assert/strict";
import test from "node:test";
import * as plan from "../../web/static/app/screens/transfer/map-plan.js";
import * as runs from "../../web/static/app/screens/transfer/runs.js";

const MIXED = runs.readRuns("120d1m365w2d1m9511w", 10_000);

function random(seed) {
  let state = seed;
  return () => ((state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31);
}

function someRuns(next, total) {
  const parts = [];
  for (let left = total; left > 0; ) {
    const length = Math.min(left, 1 + Math.floor(next() * (total / 20)));
    parts.push(`${length}${"dmw"[Math.floor(next() * 3)]}`);
    left -= length;
  }
  return runs.readRuns(parts.join(""), total);
}

test("runs that are malformed or of another number of chunks are not known", () => {
  for (const text of [null, "", "12", "d", "0d", "3x", "-1d", "3d 2w", "1".repeat(9_000)]) {
    assert.equal(runs.readRuns(text), null, String(text));
  }
  assert.equal(runs.readRuns("3d2w", 6), null);
  const { total, done, moving, waiting } = MIXED;
  assert.deepEqual([total, done, moving, waiting], [10_000, 122, 2, 9_876]);
});

test("a chunk is found in its run, and told with its number", () => {
  assert.equal(runs.chunksInWords(MIXED, 119, 120), "Chunk 120: done");
  assert.equal(runs.chunksInWords(MIXED, 120, 121), "Chunk 121: moving");
  assert.equal(runs.chunksInWords(MIXED, 9_999, 10_000), "Chunk 10,000: waiting");
  assert.equal(runs.chunksInWords(MIXED, 110, 130), "Chunks 111 to 130: 10 done, 1 moving, 9 waiting");
  assert.deepEqual(runs.movingChunks(MIXED), [120, 488]);
  assert.equal(runs.runsInWords(MIXED, 3), "Chunks 1 to 120 done; 121 moving; 122 to 486 waiting; and 3 more.");
});

for (const total of [1, 7, 10_486, 476_838]) {
  for (const width of [304, 712, 1_360]) {
    for (const open of [false, true]) {
      test(`every one of ${total} chunks is in one square of ${width} px, ${open ? "map" : "bar"}`, () => {
        const layout = plan.layoutOf(total, width, open);
        assert.equal(plan.firstChunk(layout, 0), 0);
        assert.equal(plan.firstChunk(layout, layout.cells), total);
        for (let cell = 0; cell < layout.cells; cell += 1) {
          assert.ok(plan.firstChunk(layout, cell + 1) > plan.firstChunk(layout, cell), "a square stands for a chunk");
        }
        assert.ok(layout.columns * layout.cellWidth <= width + 0.01 && layout.height <= 352);
        assert.ok(layout.rows * layout.columns >= layout.cells);
      });
    }
  }
}

test("squares have the tone of their chunks", () => {
  const next = random(7);
  for (let round = 0; round < 30; round += 1) {
    const total = 1 + Math.floor(next() * 60_000);
    const found = someRuns(next, total);
    const layout = plan.layoutOf(total, 100 + Math.floor(next() * 900), next() > 0.5);
    const tones = plan.tonesOf(found, layout);
    for (let cell = 0; cell < layout.cells; cell += 1) {
      const [first, last] = [plan.firstChunk(layout, cell), plan.firstChunk(layout, cell + 1)];
      const counts = runs.countsBetween(found, first, last);
      const tone = tones[cell];
      if (counts.m) assert.equal(tone, plan.MOVING);
      else if (!counts.w) assert.equal(tone, plan.SHADES);
      else if (!counts.d) assert.equal(tone, 0);
      else assert.ok(tone > 0 && tone < plan.SHADES, "a part of it is neither all nor none");
    }
  }
});

test("squares lie beside each other at every ratio of pixels, and a point finds its square", () => {
  for (const ratio of [1, 1.25, 1.5, 2, 3]) {
    for (const open of [false, true]) {
      const layout = plan.layoutOf(10_486, 711, open);
      for (let cell = 0; cell + 1 < layout.cells; cell += 1) {
        const [left, top, width, height] = plan.boxOf(layout, cell, ratio);
        const [right, below] = plan.boxOf(layout, cell + 1, ratio);
        if (below === top) assert.ok(left + width <= right);
        const middle = [(left + width / 2) / ratio, (top + height / 2) / ratio];
        assert.equal(plan.cellAt(layout, ...middle), cell);
      }
      assert.equal(plan.cellAt(layout, -1, 3), null);
      assert.equal(plan.cellAt(layout, 3, layout.height + 1), null);
    }
  }
});

test("keys lead over the map, and to the chunks that move", () => {
  const layout = plan.layoutOf(10_000, 700, true);
  assert.equal(plan.cellAfter(layout, 5, "ArrowDown"), 5 + layout.columns);
  assert.equal(plan.cellAfter(layout, 5, "ArrowUp"), 0);
  assert.equal(plan.cellAfter(layout, 0, "End"), layout.cells - 1);
  assert.equal(plan.cellAfter(layout, 0, "x"), null);
  const holds = (cell, chunk) => {
    assert.ok(plan.firstChunk(layout, cell) <= chunk && chunk < plan.firstChunk(layout, cell + 1));
  };
  const one = plan.cellOfNextMoving(MIXED, layout, 0);
  holds(one, 120);
  const other = plan.cellOfNextMoving(MIXED, layout, one);
  holds(other, 488);
  assert.equal(plan.cellOfNextMoving(MIXED, layout, other), one, "after the last one the first");
  assert.equal(plan.cellOfNextMoving(runs.readRuns("5d5w"), plan.layoutOf(10, 700, true), 3), null);
});

test("the scale is said as it is", () => {
  assert.equal(plan.scaleInWords(plan.layoutOf(10, 700, true)), "Each square is one chunk.");
  assert.match(plan.scaleInWords(plan.layoutOf(476_838, 700, true)), /^Each square is 30 or 31 chunks\./);
});
