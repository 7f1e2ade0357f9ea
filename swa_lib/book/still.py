"""Draws a `Figure` where nothing moves: PNG for a notebook, SVG for paper and pages without JavaScript.

Both draw the parts of a `Sheet` (shapes.py), as `page/draw.js` does where a reader can move them.
"""

import html
import io

import matplotlib.style
from matplotlib import patheffects
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure as Page
from matplotlib.patches import Circle, Rectangle
from PIL import Image

from .look import COLOURS, letters
from .shapes import SIZE, Sheet, text_width

LAYERS = ("grid", "cells", "edge", "path", "dot", "grip", "tick", "text")  # from back to front
DASHES = {"": "-", "dash": (0, (7, 4)), "dot": (0, (1.5, 4))}
UNREAD = {"out": ("rule", ""), "veiled": ("ink", "dash")}  # the line below a word that does not show


# As part of a page ---------------------------------------------------------------------------------------


def svg(figure, width, place):
    """An SVG in the layers and classes of `draw.js`, so that one style sheet dresses both."""
    sheet, layers = Sheet(figure, width), {kind: {} for kind in LAYERS}
    for kind, _name, role, numbers, shape in sheet.parts:
        n = [f"{v:.1f}".removesuffix(".0") for v in numbers]
        if kind == "cells":  # those of one shade are one path: a tenth of the letters
            tag = f'<path class="fill {role}" fill-opacity="{numbers[4]:.2g}" d="', '"/>'
            inner = f"M{n[0]} {n[1]}h{n[2]}v{n[3]}h-{n[2]}z"
        elif kind in ("grid", "path", "edge"):
            style = f' style="--weight:{numbers[4]:.3g}"' if kind == "edge" else ""
            look = f"{role} {shape.get('dash', '')} {'thin' * shape.get('thin', False)}".rstrip()
            ends = n[:4] if style else n
            tag = f'<path class="{look}"{style} d="', '"/>'
            inner = f"M{' '.join(ends)}"
        elif kind in ("dot", "grip"):
            tag = f'<circle class="{role}{" knob" * (kind == "grip")}" cx="{n[0]}" cy="{n[1]}"', "/>"
            inner = ' r="11"' if kind == "grip" else f' r="{n[2]}" style="--shade:{numbers[3]:.2g}"'
        else:
            tag = f'<text class="{role}" x="{n[0]}" y="{n[1]}" text-anchor="{shape["anchor"]}">', "</text>"
            inner = html.escape(shape["words"])
        layers[kind].setdefault(tag, []).append(inner)
    groups = {
        kind: "".join(f"{begin}{''.join(inner)}{end}" for (begin, end), inner in drawn.items())
        for kind, drawn in layers.items()
    }
    drawn = "".join(f'<g class="{kind}">{inner}</g>' for kind, inner in groups.items() if inner)
    size = f'width="{width}" height="{sheet.height}" viewBox="0 0 {width} {sheet.height}"'
    return (
        f'<svg class="still {place}" {size} role="img" aria-label="{html.escape(figure.claim)}">{drawn}</svg>'
    )


# As a picture in a notebook --------------------------------------------------------------------------------


def png(figure):
    """The picture between its claim and its sentence, twice as fine as a screen, in 256 colours."""
    drawn, packed = io.BytesIO(), io.BytesIO()
    own = {"font.family": letters(), "path.simplify": False, "lines.scale_dashes": False}
    with matplotlib.style.context(["default", own]):  # whatever a reader's matplotlibrc says
        Canvas(figure).page.savefig(drawn, format="png", dpi=144)
    image = Image.open(drawn).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    image.save(packed, format="png", optimize=True)
    return packed.getvalue()


class Canvas:
    """A matplotlib figure, one unit a pixel: claim, plot, words, sentence from top to bottom."""

    def __init__(self, figure):
        self.colour = {role: light for role, (light, _) in COLOURS.items()}
        self.sheet, text = Sheet(figure, figure.width), figure.text
        claim = broken(figure.claim.split(), figure.width, 17, "bold")
        story = broken(text.text, figure.width, 18) if text else []
        says = broken(figure.said().split(" "), figure.width)
        above, below = 24 * len(claim) + 4, self.sheet.height + 8
        total = below + 27 * len(story) + 21 * len(says) + 10
        size = figure.width / 72, (total + above) / 72
        self.page = Page(figsize=size, dpi=72, facecolor=self.colour["paper"])
        limits = {"xlim": (0, figure.width), "ylim": (total, -above)}
        self.axes = self.page.add_axes((0, 0, 1, 1), **limits)
        self.axes.axis("off")
        self.lines(claim, -above, 24, "ink", 17, weight="bold")
        for part in self.sheet.parts:
            self.draw(*part)
        self.story(text, story, below)
        self.lines(says, below + 27 * len(story), 21, "muted", SIZE)

    def lines(self, lines, top, high, role, size, **look):
        for row, line in enumerate(lines):
            self.write(0, top + high * row + size, " ".join(word for word, _ in line), role, size, **look)

    def story(self, text, lines, top):
        """The words below the picture, each in its ink; what is not read is a thin line."""
        shown = iter(text.inks() if text else ())
        for row, line in enumerate(lines):
            y = top + 27 * row + 20
            for (word, x), (dark, how) in zip(line, shown):
                if how in UNREAD:
                    role, dash = UNREAD[how]
                    ends = [x, x + text_width(word, 18)], [y + 3] * 2
                    self.axes.plot(*ends, color=self.colour[role], linestyle=DASHES[dash], linewidth=1)
                self.write(x, y, word, "ink", 18, alpha=dark)

    def write(self, x, y, words, role, size, **look):
        self.axes.text(x, y, words, size=size, color=self.colour[role], zorder=5, parse_math=False, **look)

    def draw(self, kind, name, role, n, shape):
        """One part of the sheet."""
        colour, look = self.colour[role], {"gid": name, "zorder": 1 + LAYERS.index(kind) / 10}
        if kind == "cells":
            self.axes.add_patch(Rectangle(n[:2], *n[2:4], color=colour, alpha=n[4], linewidth=0, **look))
        elif kind in ("grid", "edge", "path"):
            ends, wide, strong = n, 1 if kind == "grid" else 1.25 if shape.get("thin") else 2.25, 1
            if kind == "edge":
                ends, wide, strong = n[:4], 0.6 + 9 * n[4], min(0.9, 0.2 + 2 * n[4])  # as in draw.css
            dash = DASHES[shape.get("dash", "")]
            (line,) = self.axes.plot(
                ends[::2], ends[1::2], color=colour, alpha=strong, linewidth=wide, **look
            )
            line.set(linestyle=dash, solid_joinstyle="round")
        elif kind in ("dot", "grip"):
            radius, shade, wide = (n[2], n[3], 1.5) if kind == "dot" else (9, 0, 2.25)
            for face in (self.colour["paper"], to_rgba(colour, shade)):
                dot = Circle(n[:2], radius, facecolor=face, edgecolor=colour, linewidth=wide, **look)
                self.axes.add_patch(dot)
        else:
            align = {"end": "right", "middle": "center", "start": "left"}[shape["anchor"]]
            around = [patheffects.withStroke(linewidth=4, foreground=self.colour["paper"])]
            effects = {"path_effects": around} if kind == "text" else {}
            self.write(*n, shape["words"], role, SIZE, ha=align, gid=name, **effects)


def broken(words, width, size=SIZE, weight="normal"):
    """Words set in lines no wider than `width`: each line a list of (word, where it begins)."""
    lines, x, blank = [[]], 0, text_width("n n", size) - text_width("nn", size)
    for word in words:
        wide = text_width(word, size, weight)
        if lines[-1] and x + wide > width:
            lines.append([])
            x = 0
        lines[-1].append((word, x))
        x += wide + blank
    return lines
