/// The one script of the pages, a filter for long tables: without it the pages say the same.
enum PageScript {
    static let javaScript = """
        "use strict";
        document.querySelectorAll("input[data-filter]").forEach(function (input) {
          var table = document.getElementById(input.getAttribute("data-filter"));
          if (!table) { return; }
          var rows = Array.prototype.slice.call(table.tBodies[0].rows), timer;
          input.hidden = false;
          input.addEventListener("input", function () {
            clearTimeout(timer);
            timer = setTimeout(function () {
              var words = input.value.toLowerCase().split(/\\s+/).filter(Boolean);
              rows.forEach(function (row) {
                var text = row.textContent.toLowerCase();
                row.hidden = !words.every(function (word) { return text.indexOf(word) >= 0; });
              });
            }, 120);
          });
        });
        """
}
