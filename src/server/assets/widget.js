"use strict";
// One line on a municipality's page puts an item of a meeting there:
// <script src="https://…/widget.js" data-moede="ID" data-punkt="7" async></script>
(function () {
  var me = document.currentScript;
  if (!me) return;
  var home = new URL(me.src);
  var meeting = me.dataset.moede || "";
  var item = me.dataset.punkt || "";
  var path = home.pathname.replace(/widget\.js$/, "") + "widget/" + encodeURIComponent(meeting) + "/" + encodeURIComponent(item);
  var frame = document.createElement("iframe");
  frame.src = home.origin + path + (me.dataset.fil === undefined ? "" : "/index.html");
  frame.title = me.dataset.titel || "Punkt " + item + " fra mødet, med optagelse og udskrift";
  frame.loading = "lazy";
  frame.allow = "fullscreen";
  frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-popups");
  frame.style.cssText = "width:100%;border:0;height:32rem;color-scheme:light dark";
  me.parentNode.insertBefore(frame, me);
  window.addEventListener("message", function (event) {
    if (event.source !== frame.contentWindow || event.origin !== home.origin) return;
    var height = event.data && event.data.referent === "height" && Number(event.data.value);
    if (height > 0 && height < 20000) frame.style.height = Math.ceil(height) + "px";
  });
})();
