// The grammar of typed numbers, for both readers: reading.js, and swa_lib/book/reading.py, which takes this as JSON.
// Patterns say the same in both languages. In a sentence a zero in braces is what was found, one and two are its parts.
const swaWords = {
  "signs": {
    "$": "", "\\(": "", "\\)": "", "\\left": "", "\\right": "", "{,}": ",", "\\,": " ", "\\%": "%",
    "\\times": "*", "\\cdot": "*", "\\approx": "≈", "\\sim": "~", "\\sqrt": "sqrt", "√": "sqrt", "−": "-",
    "‐": "-", "‑": "-", "–": "-", "—": "-", "×": "x", "·": "*", "⋅": "*", "∙": "*", "÷": "/", "⁄": "/",
    "∕": "/", "½": "(1/2)", "⅓": "(1/3)", "⅔": "(2/3)", "¼": "(1/4)", "¾": "(3/4)", "⅕": "(1/5)", "⅛": "(1/8)",
    "⅒": "(1/10)", "…": "...", "’": "'", "“": "\"", "”": "\"", "∼": "~", "\u200b": "", "\u2060": "", "\ufeff": "",
    "⁺": "+", "⁻": "-", "⁰": "0", "¹": "1", "²": "2", "³": "3", "⁴": "4", "⁵": "5", "⁶": "6", "⁷": "7", "⁸": "8",
    "⁹": "9"
  },
  "raised": "[⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+",
  "tidy": [
    ["\\\\[dt]?frac\\{([^{}]*)\\}\\{([^{}]*)\\}", "(($1)/($2))"],
    ["\\\\(?:text|mathrm)\\{([^{}]*)\\}", " $1"],
    ["\\{", "("], ["\\}", ")"], ["\\*\\*", "^"],
    ["[\\s\\u001c-\\u001f\\u0085\\u00a0\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+", " "],
    ["^[ \"'`]+|[ \"'`.,;?]+$", ""],
    ["^\\[([^\\[\\]]*)\\]$|^\\(([^()]*)\\)$", "$1$2"],
    ["^[ ,]+|[ ,]+$", ""]
  ],

  "dash": "^((?:tokens? |positions? )?[0-9][0-9,.'_]*) ?- ?([0-9][0-9,.'_]*(?: ?[a-z%]+)?)$",
  "ranges": [
    "^(?:from )?(.*[0-9a-z%)]) ?(?: to | through | until |\\.\\.+) ?(.*)$",
    "^between (.*[0-9]) and (.*)$"
  ],
  "steps": "^([0-9]+), ?([0-9]+)(?:, ?[0-9]+)?,? ?\\.\\.\\.? ?,? ?([0-9]+)$",
  "counted": "^range\\(([0-9]+), ?([0-9]+)\\)$",
  "between": " ?; ?| ?, (?:and )?| and | & ",
  "tight": [
    ["^([0-9]+)( \\1){2,}$", " ", ""],
    ["^(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+)(?: [a-z]+)?$", "",
      "\"{0}\" could be one number or several. Put a comma and a space between two numbers."],
    ["^[-+]?[0-9.e-]+%?( [-+]?[0-9.e-]+%?)+$", " ", ""],
    ["^[0-9.]+( ?/ ?[0-9.]+){2,}$", "/", ""],
    ["^0[0-9].*,.*$|^.*,0[0-9].*$", "", "Is a comma in \"{0}\" a decimal point? Write a decimal point, as in 0.05."],
    ["^.*$", ",", ""]
  ],

  "doubts": [
    ["^.{121,}$", "That is too long for a number."],
    ["^(?:.*[<>≤≥±].*|(?:.*[^a-z])?(?:at least|at most|more than|less than|fewer than|up to|over|under)(?:[^a-z].*)?)$",
      "\"{0}\" is a bound. Write the number itself."],
    ["(?<![a-z])(log|ln|lg|exp)(?:_?2|_?10)?[ (]", "\"{1}\" is not worked out here. Work it out, and write the number."],
    ["(?<![0-9.])10 ?-([0-9]+)(?![0-9])", "Is \"{0}\" a power of ten? Write 10^-{1}."],
    ["(?<![0-9.])10e([+-]?[0-9]+)", "Is \"{0}\" a power of ten? Write 10^{1}, or 10*10^{1}."]
  ],
  "before": [
    "about", "approximately", "approx", "ca", "circa", "roughly", "around", "some", "nearly", "almost", "exactly", "it is", "it's", "that is",
    "they are", "by a factor of", "a factor of", "factor of", "a factor", "factor", "from", "tokens", "token",
    "positions", "position", "layers", "layer", "the answer is", "answer", "equals", "≈", "~", "="
  ],
  "after": [
    "back", "ago", "away", "wide", "wider", "long", "longer", "far", "farther", "further", "deep", "deeper",
    "smaller", "less", "fewer", "larger", "bigger", "more", "cheaper", "as much", "as many", "as wide", "as far",
    "as small", "as large", "in all", "in total", "altogether", "of them", "of it", "or so", "each",
    "for all of them", "for all", "for each", "of each"
  ],
  "units": {
    "token": "tokens", "tokens": "tokens", "tok": "tokens", "toks": "tokens", "positions": "tokens",
    "words": "words", "word": "words",
    "window": "windows", "windows": "windows", "w": "windows", "layer": "layers", "layers": "layers",
    "hop": "hops", "hops": "hops", "path": "paths", "paths": "paths", "cell": "cells", "cells": "cells",
    "x": "times", "times": "times", "fold": "times", "%": "%", "percent": "%", "per cent": "%"
  },
  "shortened": "(?<![a-z0-9_.,])([0-9][0-9.,]*) ?(k|m)(?![a-z0-9_.])",
  "short": { "k": ["1000", "1024"], "m": ["1000000", "1048576"] },

  "trim": [
    ["(?<=[0-9a-z%]) \\((?![^()]*[a-z] ?[-+*/^] ?[0-9])[^()]*[a-z]{3}[^()]*\\)$", ""],
    ["([0-9)]) ?[x*] ?(w|windows?)$", "$1 $2"]
  ],
  "words": {
    "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14",
    "fifteen": "15", "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19", "twenty": "20",
    "once": "1", "twice": "2", "thrice": "3", "double": "2", "doubled": "2", "doubles": "2", "triple": "3", "minus": "-"
  },
  "parts": {
    "half": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10, "twentieth": 20, "hundredth": 100,
    "thousandth": 1000, "millionth": 1000000
  },
  "products": [
    ["([0-9][0-9.]*) hundred(?![a-z])", "($1*100)"], ["(?<![a-z])(?:a )?hundred(?![a-z])", "100"],
    ["([0-9][0-9.]*) thousand(?![a-z])", "($1*1000)"], ["(?<![a-z])(?:a )?thousand(?![a-z])", "1000"],
    ["([0-9][0-9.]*) million(?![a-z])", "($1*1000000)"], ["(?<![a-z])(?:a )?million(?![a-z])", "1000000"],
    ["(?<=[0-9)]) (?:in|out of) (?=[0-9(])", "/"],
    ["(?<=[0-9)]) ?(?:x|times) ?(?=[0-9(])", "*"],
    ["(?<=[0-9)]) ?(?=sqrt)", "*"]
  ],
  "literal": "(?<![a-z0-9_.,])(?:[1-9][0-9]{0,2}(?: [0-9]{3})+(?![0-9])|[0-9](?:[0-9.,'_]*[0-9])?\\.?|\\.[0-9]+)(?:e[+-]?[0-9]+)?",
  "dot": ["^([1-9][0-9]{0,2})\\.([0-9]{3})$", "Is the dot in \"{0}\" a decimal point? Write {1},{2} for thousands."],
  "marks": [
    ["^[1-9][0-9]{0,2}(?:(?: [0-9]{3})+|(?:,[0-9]{3})+(?:\\.[0-9]*)?|(?:'[0-9]{3})+)(?:e.*)?$", ""],
    ["^[0-9]+(?:_[0-9]+)+$", ""],
    ["^(0[0-9]*),([0-9]+)$", "Is the comma in \"{0}\" a decimal point? Write {1}.{2} with a decimal point."],
    ["^([0-9]+),([0-9]+)$",
      "Is the comma in \"{0}\" a decimal point? Write {1}.{2} with a decimal point, or {1}{2} without a comma."],
    ["^(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:e.*)?$", ""],
    ["^.*$", "The marks in \"{0}\" have two meanings. Write 1,234.5: a comma for thousands, a decimal point."]
  ],
  "sign": "sqrt|[0-9]+\\.?[0-9]*(?:e[+-]?[0-9]+)?|\\.[0-9]+(?:e[+-]?[0-9]+)?|[+*/^()-]"
};
