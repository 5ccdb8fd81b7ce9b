"use strict";
// In a frame: says how tall it is, so that the page around it need not scroll it.
(function () {
  if (window.parent === window) return;
  function tell() {
    var height = document.body.getBoundingClientRect().height;
    window.parent.postMessage({ referent: "height", value: height }, "*");
  }
  window.addEventListener("load", tell);
  document.addEventListener("toggle", tell, true);
  if (window.ResizeObserver) new ResizeObserver(tell).observe(document.body);
})();
