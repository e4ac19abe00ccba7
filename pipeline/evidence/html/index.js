"use strict";
(() => {
  const root = document.documentElement;
  const each = (selector, act) => document.querySelectorAll(selector).forEach(act);

  each("[data-language]", (button) => button.addEventListener("click", () => {
    root.lang = button.dataset.language;
    each("[data-language]", (other) => other.setAttribute("aria-pressed", String(other === button)));
  }));

  const table = document.querySelector(".calls");
  if (!table) return;
  const rows = [...table.tBodies[0].rows];
  const search = document.querySelector(".search");
  let kind = "all";

  const draw = () => {
    const wanted = search.value.trim().toLowerCase();
    let count = 0;
    rows.forEach((row) => {
      const right = kind === "all" || row.dataset.kinds.split(" ").includes(kind);
      row.hidden = !(right && row.textContent.toLowerCase().includes(wanted));
      if (!row.hidden) count += 1;
    });
    document.querySelector(".shown-count").textContent = String(count);
    document.querySelector(".no-match").hidden = count > 0;
  };

  search.addEventListener("input", draw);
  each("[data-filter]", (button) => button.addEventListener("click", () => {
    kind = button.dataset.filter;
    each("[data-filter]", (other) => other.setAttribute("aria-pressed", String(other === button)));
    draw();
  }));

  const natural = new Intl.Collator(undefined, { numeric: true });
  each("[data-sort]", (button) => button.addEventListener("click", () => {
    const column = Number(button.dataset.sort);
    const heading = button.closest("th");
    const direction = heading.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
    each("[aria-sort]", (other) => other.removeAttribute("aria-sort"));
    heading.setAttribute("aria-sort", direction);
    const sign = direction === "ascending" ? 1 : -1;
    const value = (row) => row.cells[column].dataset.value;
    rows.sort((a, b) => sign * natural.compare(value(a), value(b)));
    table.tBodies[0].append(...rows);
  }));
})();
