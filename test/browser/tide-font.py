"""Makes site/fonts/tide.<hash>.woff2: a font of one glyph, a square, for "~". Needs fontTools and brotli."""

import hashlib
import io
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

UNITS = 1000


def square(side):
    pen = TTGlyphPen(None)
    corners = [(0, 0), (0, side), (side, side), (side, 0)]
    pen.moveTo(corners[0])
    for corner in corners[1:]:
        pen.lineTo(corner)
    pen.closePath()
    return pen.glyph()


builder = FontBuilder(UNITS, isTTF=True)
builder.setupGlyphOrder([".notdef", "tide"])
builder.setupCharacterMap({ord("~"): "tide"})
builder.setupGlyf({".notdef": square(UNITS // 2), "tide": square(UNITS)})
builder.setupHorizontalMetrics({".notdef": (UNITS, 0), "tide": (3 * UNITS, 0)})
builder.setupHorizontalHeader(ascent=UNITS, descent=0)
builder.setupNameTable({"familyName": "Tide", "styleName": "Regular"})
builder.setupOS2()
builder.setupPost(keepGlyphNames=False)
builder.font["head"].created = builder.font["head"].modified = 0
builder.font.recalcTimestamp = False
builder.font.flavor = "woff2"

file = io.BytesIO()
builder.save(file)
content = file.getvalue()
fonts = Path(__file__).parent / "site" / "fonts"
(fonts / f"tide.{hashlib.sha256(content).hexdigest()[:16]}.woff2").write_bytes(content)
