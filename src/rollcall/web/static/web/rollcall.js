// The little that htmx leaves to do: say what changed, say what failed, walk results by arrow keys.
(function () {
  "use strict";

  var announced = "";

  function announce(root) {
    var source = root.matches && root.matches("[data-announce]")
      ? root : root.querySelector("[data-announce]");
    var announcer = document.getElementById("announcer");
    if (!source || !announcer || source.dataset.announce === announced) return;
    announced = source.dataset.announce;
    announcer.textContent = announced;
  }

  function trouble(kind) {
    var box = document.getElementById("trouble");
    if (!box) return;
    box.hidden = !kind;
    box.textContent = kind ? box.dataset[kind] : "";
  }

  document.addEventListener("htmx:afterSwap", function (event) {
    trouble("");
    announce(document.getElementById(event.detail.target.id) || event.detail.target);
  });
  document.addEventListener("htmx:beforeRequest", function (event) {
    // The same answer to a new question is news again; a poll is not a question.
    if (event.detail.requestConfig.verb === "post") announced = "";
  });
  document.addEventListener("htmx:responseError", function () { trouble("failed"); });
  document.addEventListener("htmx:sendError", function () { trouble("offline"); });
  document.addEventListener("htmx:timeout", function () { trouble("offline"); });

  function closeMenus(except) {
    document.querySelectorAll("details[data-menu][open]").forEach(function (menu) {
      if (menu !== except) menu.open = false;
    });
  }

  document.addEventListener("click", function (event) {
    closeMenus(event.target.closest("details[data-menu]"));
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    var menu = document.activeElement && document.activeElement.closest("details[data-menu][open]");
    if (menu) menu.querySelector("summary").focus();
    closeMenus(null);
    if (!menu) backToBox();
  });

  // From a result back to where one types, with the text selected: typing starts a new search.
  function backToBox() {
    var box = document.querySelector("[data-arrow-keys] input[data-stop]");
    if (!box || !document.activeElement.matches("[data-arrow-keys] [data-stop]")) return;
    if (document.activeElement === box) return;
    box.focus();
    box.select();
  }

  document.addEventListener("keydown", function (event) {
    var step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    var list = document.querySelector("[data-arrow-keys]");
    if (!step || !list || event.altKey || event.ctrlKey || event.metaKey) return;
    var stops = Array.from(list.querySelectorAll("[data-stop]"));
    var at = stops.indexOf(document.activeElement);
    if (at < 0) return;
    var next = stops[at + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
})();
