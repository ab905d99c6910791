// Answers by single keys, only while the pair has the focus; the next pair takes it over.
(function () {
  "use strict";

  // A key that comes sooner was meant for the pair before.
  var SETTLE_MS = 250;
  var shownAt = 0;

  function takeFocus() {
    var review = document.getElementById("review");
    var active = document.activeElement;
    if (review && (!active || active === document.body)) review.focus({ preventScroll: true });
  }

  document.addEventListener("DOMContentLoaded", takeFocus);
  document.addEventListener("htmx:afterSwap", function (event) {
    if (event.detail.target.id === "review") shownAt = performance.now();
  });
  document.addEventListener("htmx:afterSettle", takeFocus);

  document.addEventListener("keydown", function (event) {
    var review = document.getElementById("review");
    if (event.repeat || event.altKey || event.ctrlKey || event.metaKey || event.key.length !== 1) return;
    if (!review || !review.contains(document.activeElement)) return;
    var button = review.querySelector("[data-key=" + CSS.escape(event.key.toLowerCase()) + "]");
    if (!button) return;
    event.preventDefault();
    if (performance.now() - shownAt < SETTLE_MS || review.querySelector("form.htmx-request")) return;
    button.click();
  });
})();
