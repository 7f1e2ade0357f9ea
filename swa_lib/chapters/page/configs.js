// A config.json that somebody pasted: its JSON, and what is wrong with it. What it says about attention is read by the
// package's own reader, which calculator.py writes as JavaScript (`ownScripts`), and so is what the calculator says.
// Nothing of a paste is run, and the reader is handed only those of its fields that it knows.
"use strict";

function configReader(table) {
  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  const known = new Set(JSON.stringify(table).match(/\w+/g));
  const kept = function (key, value) {
    return key === "" || Array.isArray(this) || /^\d+$/.test(key) || known.has(key) ? value : undefined;
  };

  function refuse(name, value, allowed) {
    const shown = value === undefined ? "nothing" : JSON.stringify(value);
    throw new Error(`${name} must be ${allowed}, got ${shown.length > 80 ? shown.slice(0, 77) + "..." : shown}`);
  }

  function whole(name, value, low) {
    const counted = Number.isInteger(value) && value >= low && value <= 2 ** 53;
    return counted ? value : refuse(name, value, `a whole number >= ${low}`);
  }

  // JSON as Python reads it: with a byte-order mark before it, and with Infinity and NaN, which JSON has not.
  function parsed(text) {
    const address = /^\s*(?:https?:\/\/\S+|[\w.-]+\/[\w.-]+)\s*$/.exec(text)?.[0].trim().slice(0, 80);
    const open = "Open that model's config.json and paste what stands in it";
    if (address) throw new Error(`this page fetches nothing, so it cannot look up ${address}. ${open}`);
    const infinite = /"(?:[^"\\]|\\.)*"|\b(?:Infinity|NaN)\b/g;
    text = text.replace(/^\ufeff/, "").replace(infinite, (part) => (part[0] === '"' ? part : "1e999"));
    let config;
    try {
      config = JSON.parse(text, kept);
    } catch {
      throw new Error(`config must be JSON that can be read; it breaks at ${placeOf(text)}`);
    }
    return isObject(config) ? config : refuse("config", config, "a JSON object, as in a config.json");
  }

  // Where JSON breaks, in words, and what often is the reason. Browsers do not all tell the place, so it is searched
  // for: the longest beginning that is only unfinished.
  function placeOf(text) {
    let [low, high] = [0, text.length];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (unfinished(text.slice(0, middle))) low = middle;
      else high = middle - 1;
    }
    const lines = text.slice(0, low).split("\n");
    const early = low === text.length ? ", where it ends too early" : "";
    const quotes = text.includes("'") && !text.includes('"') ? "; JSON wants double quotes, not single ones" : "";
    return `line ${lines.length}, column ${lines.at(-1).length + 1}${early}${quotes}`;
  }

  function unfinished(text) {
    try {
      JSON.parse(text);
      return true;
    } catch (error) {
      const place = /position (\d+)/.exec(error.message);
      return place ? Number(place[1]) >= text.length : /end of|EOF|unterminated/i.test(error.message);
    }
  }

  function refuseFamily(family, reason) {
    const way = 'Type its layers and windows by hand: choose "your own numbers"';
    throw new Error(`config of the family '${family.slice(0, 60)}' is not read: ${reason}. ${way}`);
  }

  // What the package's code asks of a page.
  const count = (number) => Math.round(number).toLocaleString("en");
  const own = ownScripts({
    TABLE: table, MAX_LAYERS: 10000, GIB: 2 ** 30, INFINITE: Infinity, refuse, refuse_family: refuseFamily, whole,
    thousands: count, count, share_in_words: (share) => picture.said(share, "share"),
    decimal: (number, n) => number.toLocaleString("en", { minimumFractionDigits: n, maximumFractionDigits: n }),
  });

  function read(text) {
    const { layers, ...model } = own.read(parsed(text));
    return { ...model, layers: layers.map((layer) => ({ ...table.layer, ...layer })) };
  }

  return { parsed, read, words: own.words };
}
