
"use strict";
(function () {
  var media = document.getElementById("lyd");
  if (!media) return;
  var calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  var follow = document.getElementById("foelg");
  var pick = document.getElementById("hent");
  var now = document.getElementById("nu");
  var wanted = null;
  var current = null;

  var segments = Array.prototype.map.call(document.querySelectorAll(".s[data-s]"), function (node) {
    return { node: node, start: parseFloat(node.dataset.s), end: parseFloat(node.dataset.e) };
  }).sort(function (a, b) { return a.start - b.start; });

  document.getElementById("valg").hidden = segments.length === 0;

  function address(hash) {
    var match = /^#t=(\d+(?:\.\d+)?)$/.exec(hash);
    return match ? parseFloat(match[1]) : null;
  }

  function seek(seconds, play) {
    wanted = { seconds: seconds, play: play };
    if (media.readyState > 0) settle();
    else if (media.error || media.networkState === 3) missing();
    else media.load();
    show(seconds, false);
  }

  // The recording lies beside this page, or beside the folder that the page is in, or must be picked.
  var beyond = "../";
  function missing() {
    if (beyond) {
      var next = beyond + media.getAttribute("src");
      beyond = "";
      media.src = next;
      media.load();
    } else pick.hidden = false;
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
      item(found);
      if (found && follow.checked) reveal = true;
    } else if (!reveal) return;
    if (found && reveal) {
      var fold = found.node.closest("details");
      if (fold) fold.open = true;
      found.node.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
    }
  }

  function item(found) {
    var section = found && found.node.closest(".item");
    Array.prototype.forEach.call(document.querySelectorAll(".agenda li"), function (line) {
      var mine = section && line.querySelector(".to").getAttribute("href") === "#" + section.id;
      line.classList.toggle("nu", Boolean(mine));
    });
    now.hidden = !section;
    if (section) now.textContent = "Nu: " + section.querySelector("h2").textContent.replace(/\s+/g, " ").trim();
  }

  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest("a.t");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    history.replaceState(null, "", link.getAttribute("href"));
    seek(parseFloat(link.dataset.t), true);
  });

  window.addEventListener("hashchange", function () {
    var seconds = address(location.hash);
    if (seconds !== null) { seek(seconds, true); show(seconds, true); }
  });

  media.addEventListener("loadedmetadata", function () { pick.hidden = true; settle(); });
  media.addEventListener("error", missing);
  media.addEventListener("timeupdate", function () { show(media.currentTime, false); });
  if (media.error || media.networkState === 3) missing();

  document.getElementById("fil").addEventListener("change", function (event) {
    var file = event.target.files && event.target.files[0];
    if (!file) return;
    media.src = URL.createObjectURL(file);
    media.load();
  });

  // From a file, browsers refuse to load captions.vtt: the page holds the same captions itself.
  var beside = media.querySelector("track");
  function captions() {
    if (beside) { beside.remove(); beside = null; }
    var cues = JSON.parse(document.getElementById("undertekster").textContent);
    if (!cues.length || !media.addTextTrack || !window.VTTCue) return;
    var track = media.addTextTrack("captions", "Dansk", "da");
    cues.forEach(function (cue) {
      var text = cue[2].replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
      track.addCue(new VTTCue(cue[0] / 1000, cue[1] / 1000, text));
    });
    track.mode = "hidden";
  }
  if (location.protocol === "file:") captions();
  else beside.addEventListener("error", captions);

  var first = address(location.hash);
  if (first !== null) { seek(first, false); show(first, true); }
})();
