"use strict";
(function () {
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const root = document.documentElement;
  const touch = window.matchMedia("(pointer: coarse)").matches;

  /* Put in the words of the language and the colours of the scheme that the descriptions leave open. */
  function resolve(node, lang, style) {
    if (Array.isArray(node)) return node.map((item) => resolve(item, lang, style));
    if (node !== null && typeof node === "object") {
      if ("en" in node && "zh" in node) return node[lang];
      return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, resolve(item, lang, style)]));
    }
    if (typeof node === "string" && node.startsWith("var(--")) return style.getPropertyValue(node.slice(4, -1)).trim();
    return node;
  }

  function dress(layout, width, style) {
    const colour = (name) => style.getPropertyValue(name).trim();
    const narrow = width < 640;
    layout.width = width;
    layout.paper_bgcolor = "rgba(0,0,0,0)";
    layout.plot_bgcolor = "rgba(0,0,0,0)";
    layout.font = { family: getComputedStyle(document.body).fontFamily, size: narrow ? 11 : 12.5, color: colour("--quiet") };
    layout.hoverlabel = { bgcolor: colour("--surface"), bordercolor: colour("--line"), font: { color: colour("--ink") }, namelength: -1 };
    layout.dragmode = touch ? false : "zoom";
    for (const [key, axis] of Object.entries(layout)) {
      if (!/^[xy]axis\d*$/.test(key)) continue;
      axis.gridcolor = colour("--grid");
      axis.linecolor = colour("--grid");
      axis.zerolinecolor = colour("--grid");
      axis.tickfont = { color: colour("--quiet") };
      if (axis.title) axis.title.font = { size: narrow ? 11 : 12, color: colour("--quiet") };
      if (touch) axis.fixedrange = true;
      if (axis.type === "date") {
        axis.ticks = "outside";
        axis.tickcolor = colour("--grid");
        axis.showline = true;
        if (narrow && axis.tickformat !== "%H:%M") axis.tickformat = axis.dtick ? layout.meta.daily : layout.meta.dated;
        if (narrow && axis.tickformat === "%H:%M") axis.dtick *= 2;
      }
    }
    return layout;
  }

  function draw() {
    const style = getComputedStyle(root);
    const lang = root.lang;
    for (const [key, figure] of Object.entries(figures)) {
      const place = document.getElementById("plot-" + key);
      const { data, layout } = resolve(figure, lang, style);
      Plotly.react(place, data, dress(layout, place.clientWidth, style), { displayModeBar: false, responsive: false });
    }
  }

  function speak(lang) {
    root.lang = lang;
    for (const button of document.querySelectorAll(".languages button")) {
      button.setAttribute("aria-pressed", String(button.value === lang));
    }
    draw();
  }

  for (const button of document.querySelectorAll(".languages button")) {
    button.addEventListener("click", () => speak(button.value));
  }
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);

  let width = window.innerWidth;
  let pending = 0;
  window.addEventListener("resize", () => {
    if (window.innerWidth === width) return;
    width = window.innerWidth;
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(draw);
  });

  /* Paper is white and narrower than the window. */
  window.addEventListener("beforeprint", () => { root.classList.add("printing"); draw(); });
  window.addEventListener("afterprint", () => { root.classList.remove("printing"); draw(); });

  draw();
})();
