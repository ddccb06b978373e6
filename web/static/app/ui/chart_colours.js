// Colours and patterns of charts, from the tokens. No series is told from another by colour alone.

const DASHES = [[], [6, 4], [2, 3], [10, 3, 2, 3], [12, 5], [1, 5]];
const MOST_SERIES = DASHES.length;

/** What the tokens say now. Read again when the theme changes. */
export function chartColours() {
  const style = getComputedStyle(document.documentElement);
  const token = (name) => style.getPropertyValue(name).trim();
  return {
    series: DASHES.map((_, at) => token(`--chart-${at + 1}`)),
    grid: token("--line"),
    ground: token("--surface"),
    text: token("--muted"),
    font: `${Math.round(Number.parseFloat(style.fontSize) * 0.75)}px ${token("--font")}`,
  };
}

/** The dash pattern of the series at `at`, in px. */
export function dashOf(at) {
  return DASHES[at % MOST_SERIES];
}

/** Draws one tile of a filled area: the colour, with lines of the ground that differ by series. */
const LINES = [
  () => {},
  (pen, s) => stroke(pen, [0, s, s, 0], [-s / 2, s / 2, s / 2, -s / 2], [s / 2, s * 1.5, s * 1.5, s / 2]),
  (pen, s) => stroke(pen, [0, s / 2, s, s / 2]),
  (pen, s) => stroke(pen, [s / 2, 0, s / 2, s]),
  (pen, s) => stroke(pen, [0, 0, s, s], [-s / 2, s / 2, s / 2, s * 1.5], [s / 2, -s / 2, s * 1.5, s / 2]),
  (pen, s) => stroke(pen, [0, s / 2, s, s / 2], [s / 2, 0, s / 2, s]),
];

function stroke(pen, ...lines) {
  for (const [x0, y0, x1, y1] of lines) {
    pen.moveTo(x0, y0);
    pen.lineTo(x1, y1);
  }
  pen.stroke();
}

/** A canvas pattern for filled areas of the series at `at`. `ratio`: device pixels of a px. */
export function fillOf(pen, at, colours, ratio) {
  const tile = document.createElement("canvas");
  const size = Math.max(4, Math.round(8 * ratio));
  tile.width = size;
  tile.height = size;
  const drawn = tile.getContext("2d");
  drawn.fillStyle = colours.series[at % MOST_SERIES];
  drawn.fillRect(0, 0, size, size);
  drawn.strokeStyle = colours.ground;
  drawn.lineWidth = 1.5 * ratio;
  LINES[at % MOST_SERIES](drawn, size);
  return pen.createPattern(tile, "repeat");
}
