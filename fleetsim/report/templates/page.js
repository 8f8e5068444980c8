"use strict";
(function () {
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const root = document.documentElement;
  const chosen = {};
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
    if (!("Plotly" in window)) return;
    const style = getComputedStyle(root);
    const lang = root.lang;
    for (const [key, variants] of Object.entries(figures)) {
      const place = document.getElementById("plot-" + key);
      const { data, layout } = resolve(variants[chosen[key] || 0], lang, style);
      Plotly.react(place, data, dress(layout, place.clientWidth, style), { displayModeBar: false, responsive: false });
    }
  }

  function speak(lang) {
    root.lang = lang;
    for (const button of document.querySelectorAll(".languages button")) {
      button.setAttribute("aria-pressed", String(button.value === lang));
    }
    for (const option of document.querySelectorAll(".choice option")) option.textContent = option.dataset[lang];
    draw();
  }

  /* Numbers of a series, which may be packed; NaN stands for a gap. */
  function numbers(series) {
    if (Array.isArray(series)) return series;
    const bytes = Uint8Array.from(atob(series.bdata), (letter) => letter.charCodeAt(0));
    return [...new Float32Array(bytes.buffer)];
  }

  function places(trace, count) {
    if (trace.x !== undefined) return numbers(trace.x);
    if (typeof trace.x0 !== "string") return Array.from({ length: count }, (_, row) => (trace.x0 || 0) + row * (trace.dx || 1));
    const start = Date.parse(trace.x0.replace(" ", "T") + "Z");
    return Array.from({ length: count }, (_, row) => new Date(start + row * trace.dx).toISOString().slice(0, 19));
  }

  function rows(trace) {
    if (trace.type === "sankey") {
      const { source, target, value } = trace.link;
      return value.map((kwh, row) => [trace.node.label[source[row]], trace.node.label[target[row]], kwh]);
    }
    if (trace.type === "heatmap") return trace.z.flatMap((line, y) => line.map((z, x) => [trace.y0 + y, trace.x0 + x, z]));
    const y = numbers(trace.y);
    const margin = (trace.error_x || trace.error_y || {}).array;
    return places(trace, y.length).map((x, row) => [trace.name || "", x, y[row], ...(margin ? [margin[row]] : [])]);
  }

  /* What a figure shows, as a table: the name of each series, and its points. */
  function table(key) {
    const { data } = resolve(figures[key][chosen[key] || 0], root.lang, getComputedStyle(root));
    const cell = (value) => {
      const text = value === null || Number.isNaN(value) ? "" : String(value);
      return /[",\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
    };
    return data.flatMap(rows).map((row) => row.map(cell).join(",")).join("\n") + "\n";
  }

  async function take(key, format) {
    const place = document.getElementById("plot-" + key);
    const name = document.body.dataset.run + "-" + key;
    if (format !== "csv") {
      await Plotly.downloadImage(place, { format, filename: name, width: place.clientWidth, height: place.clientHeight, scale: 2 });
      return;
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff" + table(key)], { type: "text/csv" }));
    link.download = name + ".csv";
    link.click();
    URL.revokeObjectURL(link.href);
  }

  for (const button of document.querySelectorAll(".takeaway button")) {
    button.addEventListener("click", () => take(button.dataset.plot, button.value));
  }
  for (const choice of document.querySelectorAll(".choice")) {
    choice.addEventListener("change", () => { chosen[choice.dataset.plot] = Number(choice.value); draw(); });
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

  /* The library travels compressed; the text of the page is there before it is unpacked. */
  async function unpack(text) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  }

  async function begin() {
    if (!("DecompressionStream" in window)) {
      document.getElementById("too-old").hidden = false;
      return;
    }
    const script = document.createElement("script");
    script.textContent = await unpack(document.getElementById("plotly").textContent);
    document.head.append(script);
    draw();
    root.dataset.drawn = "yes";
  }

  begin();
})();
