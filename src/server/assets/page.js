"use strict";
// The meeting's page: sound and text follow each other. Without this script every time is a link
// that the server (or the browser's own #target) answers.
(function () {
  document.documentElement.classList.add("js");
  var media = document.getElementById("lyd");
  var calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  var follow = document.getElementById("foelg");
  var now = document.getElementById("nu");
  var share = document.getElementById("del");
  var wanted = null;
  var current = null;

  var segments = Array.prototype.map.call(document.querySelectorAll(".s[data-s]"), function (node) {
    return { node: node, start: parseFloat(node.dataset.s), end: parseFloat(node.dataset.e) };
  }).sort(function (a, b) { return a.start - b.start; });

  function asked() {
    var value = new URLSearchParams(location.search).get("t");
    return value !== null && /^\d{1,7}(\.\d{1,3})?$/.test(value) ? parseFloat(value) : null;
  }

  function seek(seconds, play) {
    show(seconds, true);
    if (!media) return;
    wanted = { seconds: seconds, play: play };
    if (media.readyState > 0) settle(); else media.load();
  }

  function settle() {
    if (!wanted) return;
    media.currentTime = wanted.seconds;
    if (wanted.play) {
      var started = media.play();
      if (started && started.catch) started.catch(function () {});
    }
    wanted = null;
  }

  function at(seconds) {
    var low = 0, high = segments.length - 1, found = null;
    while (low <= high) {
      var middle = (low + high) >> 1;
      if (segments[middle].start <= seconds) { found = segments[middle]; low = middle + 1; }
      else high = middle - 1;
    }
    return found;
  }

  function show(seconds, reveal) {
    var found = at(seconds + 0.05);
    if (found && seconds > found.end + 3) found = null;
    if (found !== current) {
      if (current) { current.node.classList.remove("nu"); current.node.removeAttribute("aria-current"); }
      if (found) { found.node.classList.add("nu"); found.node.setAttribute("aria-current", "true"); }
      current = found;
      chapter(found);
      if (found && follow && follow.checked) reveal = true;
    } else if (!reveal) return;
    if (found && reveal) {
      var fold = found.node.closest("details");
      if (fold) fold.open = true;
      found.node.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
    }
  }

  function chapter(found) {
    var section = found && found.node.closest(".item");
    Array.prototype.forEach.call(document.querySelectorAll(".agenda li"), function (line) {
      line.classList.toggle("nu", Boolean(section) && line.dataset.item === section.id);
    });
    if (!now || !document.querySelector(".agenda")) return;
    now.hidden = !section;
    if (section) now.textContent = "Nu: " + section.querySelector("h1, h2").textContent.replace(/\s+/g, " ").trim();
  }

  function clock(seconds) {
    var two = function (n) { return (n < 10 ? "0" : "") + n; };
    return Math.floor(seconds / 3600) + ":" + two(Math.floor(seconds / 60) % 60) + ":" + two(seconds % 60);
  }

  function linked(seconds) {
    return location.origin + location.pathname + "?t=" + seconds;
  }

  document.addEventListener("click", function (event) {
    if (!event.target.closest || event.ctrlKey || event.metaKey || event.shiftKey) return;
    var link = event.target.closest("a.t[data-t]");
    var line = link ? null : event.target.closest(".s[data-s]");
    if (!link && (!line || event.target.closest("a, button") || String(window.getSelection()))) return;
    if (link && !media && !segments.length) return;
    event.preventDefault();
    var seconds = parseFloat(link ? link.dataset.t : line.dataset.s);
    history.replaceState(null, "", "?t=" + Math.floor(seconds));
    seek(seconds, true);
  });

  if (share) {
    share.hidden = false;
    var words = document.getElementById("del-svar");
    share.querySelector("button").addEventListener("click", function () {
      var seconds = Math.floor(media ? media.currentTime : asked() || 0);
      var link = linked(seconds);
      var told = function () { words.textContent = "Linket til " + clock(seconds) + " er kopieret."; };
      var shown = function () { words.textContent = link; };
      if (navigator.clipboard) navigator.clipboard.writeText(link).then(told, shown); else shown();
    });
  }
  if (media) {
    var choice = document.getElementById("valg");
    if (choice) choice.hidden = segments.length === 0;
    media.addEventListener("loadedmetadata", settle);
    media.addEventListener("timeupdate", function () { show(media.currentTime, false); });
  }
  var first = asked();
  if (first !== null) seek(first, false);
})();
