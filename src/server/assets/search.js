"use strict";
// The search of a static site. It fetches the list of meetings once, for each word of the query the
// small file of its first two letters, and the texts of those items that are shown.
(function () {
  var place = document.getElementById("fundet");
  var told = document.getElementById("resultater");
  if (!place) return;
  var root = place.dataset.rod;
  var form = document.querySelector("form[role=search]");
  var PER_PAGE = 10;
  var kept = {};
  var turn = 0;

  function get(path) {
    if (!kept[path]) {
      kept[path] = fetch(root + "soeg/" + path).then(function (answer) {
        if (!answer.ok) throw new Error(path + ": " + answer.status);
        return answer.json();
      });
    }
    return kept[path];
  }

  // The same folding as the index: small letters, aa as å, no accents but in æ, ø and å.
  function fold(text) {
    return text.toLowerCase().replace(/å/g, "aa").replace(/ä/g, "æ").replace(/ö/g, "ø").replace(/ü/g, "y")
      .normalize("NFD").replace(/[\u0300-\u036f]/g, "").normalize("NFC").replace(/aa/g, "å");
  }

  var ENDINGS = ["ernes", "erens", "endes", "ene", "erne", "ende", "eren", "erer", "heds", "ens", "ets", "ers",
    "ere", "est", "ede", "er", "en", "et", "es", "te", "e", "s", "t"];

  function forms(word) {
    var all = [word];
    ENDINGS.forEach(function (ending) {
      if (word.length - ending.length >= 3 && word.slice(-ending.length) === ending) {
        all.push(word.slice(0, -ending.length));
      }
    });
    // A short vowel's consonant is doubled before an ending: hal, hallen.
    all.slice().forEach(function (form) {
      if (form.length > 3 && /([bcdfghjklmnprstv])\1$/.test(form)) all.push(form.slice(0, -1));
    });
    return all;
  }

  function shard(word) {
    var bytes = new TextEncoder().encode(Array.from(word).slice(0, 2).join(""));
    return Array.from(bytes, function (byte) { return ("0" + byte.toString(16)).slice(-2); }).join("");
  }

  // How well a word of the index fits one of the query: itself or another inflection, the query's
  // word as the beginning of a compound, or a compound of the query's whose beginning it is.
  function fit(term, word, all) {
    if (all.indexOf(term) >= 0) return 1;
    var shortest = all[all.length - 1].length < all[0].length ? all.slice().sort(function (a, b) { return a.length - b.length; })[0] : word;
    if (shortest.length >= 4 && term.indexOf(shortest) === 0) return term.length - shortest.length <= 3 ? 0.8 : 0.5;
    if (term.length >= 5 && word.indexOf(term) === 0) return 0.4;
    return 0;
  }

  function words(text) {
    var found = fold(text).match(/[\p{L}\p{N}]+(?:[\/.-][\p{L}\p{N}]+)*/gu) || [];
    return found.filter(function (word, at) { return found.indexOf(word) === at; }).slice(0, 12);
  }

  function search(asked) {
    return get("moeder.json").then(function (overview) {
      var wanted = words(asked.q);
      return Promise.all(wanted.map(function (word) {
        var name = shard(word);
        return overview.shards.indexOf(name) < 0 ? {} : get("ord/" + name + ".json");
      })).then(function (shards) {
        var scores = new Map();
        wanted.forEach(function (word, at) {
          var all = forms(word);
          var best = new Map();
          Object.keys(shards[at]).forEach(function (term) {
            var share = fit(term, word, all);
            if (!share) return;
            var places = shards[at][term];
            var rare = Math.log(1 + overview.units / (places.length / 2));
            for (var i = 0; i < places.length; i += 2) {
              var value = share * rare * Math.sqrt(places[i + 1]);
              if (value > (best.get(places[i]) || 0)) best.set(places[i], value);
            }
          });
          best.forEach(function (value, unit) {
            var held = scores.get(unit) || { sum: 0, words: 0 };
            held.sum += value;
            held.words += 1;
            scores.set(unit, held);
          });
        });
        var hits = [];
        if (wanted.length) {
          scores.forEach(function (held, unit) {
            var share = held.words / wanted.length;
            hits.push({ unit: unit, score: held.sum * share * share, meeting: of(overview, unit) });
          });
        } else if (asked.udvalg || asked.fra || asked.til || asked.udfald) {
          for (var unit = 0; unit < overview.units; unit++) {
            hits.push({ unit: unit, score: 0, meeting: of(overview, unit) });
          }
        }
        hits = hits.filter(function (hit) { return fits(hit, asked); });
        hits.sort(function (a, b) { return b.score - a.score || a.unit - b.unit; });
        return { hits: hits, words: wanted };
      });
    });
  }

  function of(overview, unit) {
    var low = 0, high = overview.meetings.length - 1;
    while (low < high) {
      var middle = (low + high + 1) >> 1;
      if (overview.meetings[middle].first <= unit) low = middle; else high = middle - 1;
    }
    return overview.meetings[low];
  }

  function fits(hit, asked) {
    var meeting = hit.meeting;
    return (!asked.udvalg || meeting.committee === asked.udvalg) &&
      (!asked.fra || (meeting.date && meeting.date >= asked.fra)) &&
      (!asked.til || (meeting.date && meeting.date <= asked.til)) &&
      (!asked.udfald || meeting.outcomes[hit.unit - meeting.first] === asked.udfald);
  }

  function node(name, attributes, children) {
    var made = document.createElement(name);
    Object.keys(attributes || {}).forEach(function (key) { made.setAttribute(key, attributes[key]); });
    (children || []).forEach(function (child) {
      made.appendChild(typeof child === "string" ? document.createTextNode(child) : child);
    });
    return made;
  }

  function clock(seconds) {
    var two = function (n) { return (n < 10 ? "0" : "") + n; };
    return Math.floor(seconds / 3600) + ":" + two(Math.floor(seconds / 60) % 60) + ":" + two(seconds % 60);
  }

  // Where the query's words stand in a text: [from, to] in order.
  function marks(text, wanted) {
    var found = [];
    var pattern = /[\p{L}\p{N}]+(?:[\/.-][\p{L}\p{N}]+)*/gu;
    var match;
    while ((match = pattern.exec(text))) {
      var word = fold(match[0]);
      var hit = wanted.some(function (one) {
        var stems = forms(word);
        return forms(one).some(function (form) {
          return stems.indexOf(form) >= 0 || (form.length >= 4 && word.indexOf(form) >= 0);
        });
      });
      if (hit) found.push([match.index, match.index + match[0].length]);
    }
    return found;
  }

  function excerpt(text, found) {
    var start = 0, end = text.length;
    if (text.length > 240 && found.length) {
      start = Math.max(0, text.lastIndexOf(" ", Math.max(0, found[0][0] - 80)) + 1);
      end = Math.min(text.length, start + 240);
    } else if (text.length > 240) end = 240;
    var span = node("span", {}, start ? ["… "] : []);
    var at = start;
    found.forEach(function (mark) {
      if (mark[0] < at || mark[1] > end) return;
      span.appendChild(document.createTextNode(text.slice(at, mark[0])));
      span.appendChild(node("mark", {}, [text.slice(mark[0], mark[1])]));
      at = mark[1];
    });
    span.appendChild(document.createTextNode(text.slice(at, end) + (end < text.length ? " …" : "")));
    return span;
  }

  function escape(text) { return encodeURIComponent(text); }

  function draw(hit, unit, wanted) {
    var home = root + "moede/" + escape(hit.meeting.id) + "/";
    var heading = unit.number === null
      ? node("a", { href: home + "index.html" }, [hit.meeting.title])
      : node("a", { href: home + (unit.step === null ? "" : "punkt/" + escape(unit.step) + "/") + "index.html" },
        [node("span", { "class": "no" }, ["Punkt " + unit.number]), " " + unit.title]);
    var about = [node("a", { href: home + "index.html" }, [hit.meeting.title]), " · " + hit.meeting.line + " "];
    var outcome = hit.meeting.outcomes[hit.unit - hit.meeting.first];
    if (outcome) about.push(node("span", { "class": "tag" }, [outcome[0].toUpperCase() + outcome.slice(1)]), " ");
    if (hit.meeting.draft) about.push(node("span", { "class": "draft" }, ["UDKAST"]));
    var article = node("article", { "class": "hit" }, [node("h3", {}, [heading]), node("p", { "class": "quiet small" }, about)]);
    var papers = unit.papers.map(function (paper) {
      return { text: paper[1], kind: paper[0], marks: marks(paper[1], wanted) };
    }).filter(function (paper) { return paper.marks.length; }).slice(0, 2);
    if (papers.length) {
      article.appendChild(node("ul", { "class": "quotes", "aria-label": "I dagsorden og beslutning" }, papers.map(function (paper) {
        return node("li", { "class": "quote" }, [node("span", { "class": "quiet small" }, [paper.kind]), excerpt(paper.text, paper.marks)]);
      })));
    }
    var said = unit.said.map(function (line) { return { line: line, marks: marks(line[2], wanted) }; })
      .filter(function (one) { return one.marks.length; })
      .sort(function (a, b) { return b.marks.length - a.marks.length || a.line[0] - b.line[0]; })
      .slice(0, 3).sort(function (a, b) { return a.line[0] - b.line[0]; });
    if (said.length) {
      article.appendChild(node("ul", { "class": "quotes", "aria-label": "Sagt på mødet" }, said.map(function (one) {
        var line = one.line;
        var time = node("a", { "class": "t", href: home + "index.html?t=" + line[0] + "#s" + line[1] },
          [node("span", { "class": "sr" }, ["Gå til "]), clock(line[0])]);
        var text = excerpt(line[2], one.marks);
        if (line[3]) text.insertBefore(node("b", { "class": "who" }, [line[3] + " "]), text.firstChild);
        return node("li", { "class": "quote" }, [time, text]);
      })));
    }
    return article;
  }

  function show(asked) {
    var mine = ++turn;
    if (!asked.q && !asked.udvalg && !asked.fra && !asked.til && !asked.udfald) {
      told.textContent = "Skriv et eller flere ord";
      place.replaceChildren();
      return;
    }
    told.textContent = "Søger …";
    search(asked).then(function (found) {
      if (mine !== turn) return;
      var count = found.hits.length;
      told.textContent = count === 0 ? "Intet fundet" : count === 1 ? "1 punkt fundet" : count + " punkter fundet";
      var card = node("div", { "class": "card" });
      card.hidden = count === 0;
      place.replaceChildren(card);
      if (!count) place.appendChild(node("p", {}, ["Prøv færre eller andre ord, eller fjern en afgrænsning."]));
      var shown = 0;
      var button = node("button", { type: "button" }, ["Vis flere"]);
      function more() {
        var next = found.hits.slice(shown, shown + PER_PAGE);
        shown += next.length;
        return Promise.all(next.map(function (hit) { return get("punkt/" + hit.unit + ".json"); })).then(function (units) {
          if (mine !== turn) return;
          units.forEach(function (unit, at) { card.appendChild(draw(next[at], unit, found.words)); });
          button.hidden = shown >= count;
        });
      }
      button.hidden = true;
      button.addEventListener("click", more);
      place.appendChild(button);
      return more();
    }).catch(function () {
      if (mine === turn) told.textContent = "Søgningen kunne ikke hentes. Prøv igen.";
    });
  }

  function asked() {
    var given = {};
    ["q", "udvalg", "fra", "til", "udfald"].forEach(function (name) {
      var field = form.elements[name];
      given[name] = field ? field.value.trim().slice(0, 200) : "";
    });
    return given;
  }

  function fill() {
    var query = new URLSearchParams(location.search);
    ["q", "udvalg", "fra", "til", "udfald"].forEach(function (name) {
      if (form.elements[name]) form.elements[name].value = query.get(name) || "";
    });
    show(asked());
  }

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    var given = asked();
    var query = new URLSearchParams();
    Object.keys(given).forEach(function (name) { if (given[name]) query.set(name, given[name]); });
    history.pushState(null, "", "?" + query);
    show(given);
  });
  window.addEventListener("popstate", fill);
  fill();
})();
