// What is drawn behind and above the lines of a panel, on its canvas.

const STRIP = 18;

/** Calls `draw` with the context clipped to the panel, and pixels of the canvas per CSS pixel. */
function onPanel(plot, draw) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  draw(ctx, bbox, window.devicePixelRatio || 1);
  ctx.restore();
}

/** Returns left edge and width of a span on the canvas; null where it is out of sight. */
function placed(plot, from_s, to_s) {
  const { min, max } = plot.scales.x;
  if (to_s < min || from_s > max) return null;
  const left = plot.valToPos(Math.max(from_s, min), "x", true);
  return [left, plot.valToPos(Math.min(to_s, max), "x", true) - left];
}

function eachSpan(plot, spans, draw) {
  for (const [from_s, to_s] of spans) {
    const place = placed(plot, from_s, to_s);
    if (place) draw(...place);
  }
}

function hatching(ctx, colour, scale) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8 * scale;
  const pen = tile.getContext("2d");
  pen.strokeStyle = colour;
  pen.lineWidth = 1.5 * scale;
  for (const shift of [-1, 0, 1]) {
    pen.moveTo((shift * 8 - 1) * scale, 9 * scale);
    pen.lineTo((shift * 8 + 9) * scale, -1 * scale);
  }
  pen.stroke();
  return ctx.createPattern(tile, "repeat");
}

/** Draws segments as bands, with their names where `named`. */
export function drawSegments(plot, marks, ink, named) {
  onPanel(plot, (ctx, bbox, scale) => {
    ctx.font = `600 ${12 * scale}px system-ui, sans-serif`;
    ctx.textBaseline = "middle";
    ctx.textAlign = "left";
    marks.segments.forEach((segment, at) => {
      eachSpan(plot, segment.spans, (left, width) => {
        ctx.fillStyle = at % 2 ? ink.band : ink.bandOther;
        ctx.fillRect(left, bbox.top, width, bbox.height);
        const text = `${segment.number} ${segment.name}`;
        const short = [text, String(segment.number)].find((one) => ctx.measureText(one).width < width - 8 * scale);
        if (named && short) {
          ctx.fillStyle = ink.text;
          ctx.fillText(short, left + 4 * scale, bbox.top + (STRIP / 2) * scale);
        }
      });
    });
    ctx.fillStyle = ink.pause;
    eachSpan(plot, marks.pauses, (left, width) => ctx.fillRect(left, bbox.top, width, bbox.height));
  });
}

/** Draws what the plan allows; `low` and `high` are the names of its bounds. */
export function drawEnvelope(plot, marks, ink, low, high) {
  onPanel(plot, (ctx, bbox, scale) => {
    const at = (value) => plot.valToPos(value, "y", true);
    for (const limit of marks.limits) {
      const bounds = [low && limit[low], high && limit[high]];
      if (!bounds.some((bound) => typeof bound === "number")) continue;
      const [bottom, top] = [bounds[0] == null ? bbox.top + bbox.height : at(bounds[0]), bounds[1] == null ? bbox.top : at(bounds[1])];
      eachSpan(plot, limit.spans, (left, width) => {
        ctx.fillStyle = ink.envelope;
        ctx.fillRect(left, top, width, bottom - top);
        ctx.strokeStyle = ink.limit;
        ctx.lineWidth = 1.5 * scale;
        ctx.setLineDash([6 * scale, 3 * scale]);
        for (const bound of bounds) {
          if (typeof bound !== "number") continue;
          ctx.beginPath();
          ctx.moveTo(left, at(bound));
          ctx.lineTo(left + width, at(bound));
          ctx.stroke();
        }
        ctx.setLineDash([]);
      });
    }
  });
}

/** Draws holes hatched, at least two pixels wide, so that none is overlooked. */
export function drawHoles(plot, holes, ink) {
  onPanel(plot, (ctx, bbox, scale) => {
    const pattern = hatching(ctx, ink.hole, scale);
    for (const [from_s, to_s] of holes) {
      const place = placed(plot, from_s, to_s);
      if (!place) continue;
      const [left, width] = [place[0], Math.max(place[1], 2 * scale)];
      ctx.fillStyle = ink.ground;
      ctx.fillRect(left, bbox.top, width, bbox.height);
      ctx.fillStyle = pattern;
      ctx.fillRect(left, bbox.top, width, bbox.height);
      ctx.strokeStyle = ink.hole;
      ctx.lineWidth = scale;
      ctx.strokeRect(left, bbox.top, width, bbox.height);
    }
  });
}

/** Draws the deviations of one quantity: a bar with a point down at the panel's top. */
export function drawDeviations(plot, marks, ink, of) {
  onPanel(plot, (ctx, bbox, scale) => {
    for (const one of marks.deviations) {
      const place = one && one.of === of && placed(plot, one.from_s, one.to_s);
      if (!place) continue;
      const [left, width] = [place[0], Math.max(place[1], 3 * scale)];
      ctx.fillStyle = ink.deviationSoft;
      ctx.fillRect(left, bbox.top, width, bbox.height);
      ctx.fillStyle = ink.deviation;
      const top = bbox.top + (of === "depth" ? STRIP * scale : 0);
      ctx.fillRect(left, top, width, 4 * scale);
      const middle = left + width / 2;
      ctx.beginPath();
      ctx.moveTo(middle - 5 * scale, top);
      ctx.lineTo(middle + 5 * scale, top);
      ctx.lineTo(middle, top + 10 * scale);
      ctx.fill();
    }
  });
}

/** Draws turns of a dial as diamonds at the foot of its panel. */
export function drawTurns(plot, turns, colour) {
  onPanel(plot, (ctx, bbox, scale) => {
    ctx.fillStyle = colour;
    const foot = bbox.top + bbox.height;
    for (const at_s of turns) {
      const place = placed(plot, at_s, at_s);
      if (!place) continue;
      ctx.beginPath();
      ctx.moveTo(place[0], foot - 12 * scale);
      ctx.lineTo(place[0] + 4 * scale, foot - 6 * scale);
      ctx.lineTo(place[0], foot);
      ctx.lineTo(place[0] - 4 * scale, foot - 6 * scale);
      ctx.fill();
    }
  });
}

const SIGNS = { note: "✎", review: "✓", signature: "✍" };

/** Draws notes, reviews and signatures as dotted lines, with their sign where `named`. */
export function drawNotes(plot, marks, ink, named) {
  onPanel(plot, (ctx, bbox, scale) => {
    ctx.font = `${15 * scale}px system-ui, sans-serif`;
    ctx.textBaseline = "bottom";
    ctx.textAlign = "left";
    ctx.setLineDash([2 * scale, 3 * scale]);
    let taken = -Infinity;
    for (const note of marks.notes) {
      const place = placed(plot, note.at_s, note.at_s);
      if (!place) continue;
      ctx.strokeStyle = ctx.fillStyle = ink.note;
      ctx.lineWidth = 1.5 * scale;
      ctx.beginPath();
      ctx.moveTo(place[0], bbox.top);
      ctx.lineTo(place[0], bbox.top + bbox.height);
      ctx.stroke();
      if (named) {
        const nearEnd = place[0] > bbox.left + bbox.width - 60 * scale;
        const left = Math.max(place[0] + (nearEnd ? -60 : 3) * scale, taken);
        taken = left + 20 * scale;
        ctx.fillText(SIGNS[note.kind], left, bbox.top + bbox.height - 14 * scale);
      }
    }
  });
}
