// The words that both readers of numbers know: reading.js, and swa_lib/book/reading.py, which reads this object as JSON.
const swaWords = {
  "signs": {
    "$": "", "\\(": "", "\\)": "", "\\left": "", "\\right": "", "{,}": ",", "\\,": " ", "\\%": "%",
    "\\times": "*", "\\cdot": "*", "\\approx": "≈", "\\sim": "~", "\\sqrt": "sqrt", "√": "sqrt", "−": "-",
    "‐": "-", "‑": "-", "–": "-", "—": "-", "×": "x", "·": "*", "⋅": "*", "∙": "*", "÷": "/", "⁄": "/",
    "∕": "/", "½": "(1/2)", "⅓": "(1/3)", "⅔": "(2/3)", "¼": "(1/4)", "¾": "(3/4)", "⅕": "(1/5)", "⅛": "(1/8)",
    "⅒": "(1/10)", "…": "...", "’": "'", "“": "\"", "”": "\"", "∼": "~", "\u200b": "", "\u2060": "", "\ufeff": ""
  },
  "units": {
    "token": "tokens", "tokens": "tokens", "tok": "tokens", "toks": "tokens", "positions": "tokens",
    "words": "words", "word": "words",
    "window": "windows", "windows": "windows", "w": "windows", "layer": "layers", "layers": "layers",
    "hop": "hops", "hops": "hops", "path": "paths", "paths": "paths", "cell": "cells", "cells": "cells",
    "x": "times", "times": "times", "fold": "times", "%": "%", "percent": "%", "per cent": "%"
  },
  "after": [
    "back", "ago", "away", "wide", "wider", "long", "longer", "far", "farther", "further", "deep", "deeper",
    "smaller", "less", "fewer", "larger", "bigger", "more", "cheaper", "as much", "as many", "as wide", "as far",
    "as small", "as large", "in all", "in total", "altogether", "of them", "of it", "or so", "each",
    "for all of them", "for all", "for each", "of each"
  ],
  "before": [
    "about", "approximately", "approx", "ca", "circa", "roughly", "around", "some", "it is", "it's", "that is",
    "they are", "by a factor of", "a factor of", "factor of", "a factor", "factor", "from", "tokens", "token",
    "positions", "position", "layers", "layer", "the answer is", "answer", "equals"
  ],
  "counted": [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"
  ],
  "words": {
    "once": "1", "twice": "2", "thrice": "3", "double": "2", "triple": "3",
    "hundred": "100", "a hundred": "100", "thousand": "1000", "a thousand": "1000", "a million": "1000000"
  },
  "parts": {
    "half": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10, "twentieth": 20, "hundredth": 100,
    "thousandth": 1000, "millionth": 1000000
  }
};
