// Charts of reports, and the SQL box.
"use strict";

(() => {
  const phone = matchMedia("(max-width: 860px)");
  const share = 0.8; // of a place, for its bars
  const wholes = [...Array(12).keys()].flatMap((power) => [1, 2, 5].map((step) => step * 10 ** power));

  const chart = (figure) => {
    const holder = figure.querySelector(".plot");
    const tip = figure.querySelector(".tip");
    const told = JSON.parse(figure.querySelector("script").textContent);
    const { lines, short, names, keys } = told;
    const count = short.length;
    const isStacked = told.chart === "stacked bar";
    const isLine = told.chart === "line";
    const isTime = keys.every((key) => /^\d{4}-\d\d-\d\d$/.test(key));
    const places = short.map((_, place) => place);
    const sums = lines.map((_, at) => places.map((place) => lines.slice(0, at + 1).reduce((sum, line) => sum + (line.values[place] || 0), 0)));
    const drawn = isStacked ? sums : lines.map((line) => line.values);
    const links = figure.dataset.rows;
    let plot = null;

    // Which series is under the pointer: the band, the bar of its own, or the nearest line.
    const under = (place, left, top) => {
      if (isStacked) {
        const value = plot.posToVal(top, "y");
        const at = sums.findIndex((sum) => value >= 0 && value <= sum[place]);
        return at < 0 ? (sums.length === 1 ? 0 : -1) : at;
      }
      if (!isLine) {
        const inside = (plot.posToVal(left, "x") - place + share / 2) / share;
        return Math.min(lines.length - 1, Math.max(0, Math.floor(inside * lines.length)));
      }
      const far = lines.map((line) => line.values[place] === null ? Infinity : Math.abs(plot.valToPos(line.values[place], "y") - top));
      return far.indexOf(Math.min(...far));
    };
    const mayDrill = (line, place) => links && !line.rest && line.values[place] && line.key !== "(all others)" && keys[place] !== "(all others)";

    const tell = () => {
      const { idx, left, top } = plot.cursor;
      tip.hidden = idx === null || idx === undefined || left < 0;
      if (tip.hidden) return;
      const at = under(idx, left, top);
      const head = document.createElement("b");
      head.textContent = names[idx];
      tip.replaceChildren(head, ...lines.map((line, place) => {
        const row = document.createElement("span");
        row.className = `c${place + 1}${place === at ? " here" : ""}`;
        const [name, value] = [document.createElement("i"), document.createElement("em")];
        name.textContent = line.title;
        value.textContent = line.shown[idx];
        row.append(name, value);
        return row;
      }));
      const box = plot.over.getBoundingClientRect();
      const mine = figure.getBoundingClientRect();
      const x = box.left - mine.left + left;
      tip.style.left = `${Math.max(0, x + 16 + tip.offsetWidth > mine.width ? x - 16 - tip.offsetWidth : x + 16)}px`;
      tip.style.top = `${box.top - mine.top + 8}px`;
    };

    const draw = () => {
      const styles = getComputedStyle(document.documentElement);
      const colour = (name) => styles.getPropertyValue(name).trim();
      const longest = Math.max(...short.map((text) => text.length));
      const isLong = !isTime && count * (longest * 6.5 + 10) > holder.clientWidth - 80;
      const cut = (text) => text.length > 20 ? `${text.slice(0, 19)}…` : text;
      const high = (phone.matches ? 260 : 320) + (isLong ? 70 : 0);
      const font = "12px system-ui, sans-serif";
      const axis = { stroke: colour("--soft"), font, grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
      const width = share / (isStacked ? 1 : lines.length);
      const bars = (at) => uPlot.paths.bars({
        disp: {
          x0: { unit: 2, values: () => places.map((place) => (place + 0.5 - share / 2 + (isStacked ? 0 : at * width)) / count) },
          size: { unit: 2, values: () => places.map(() => width * 0.96 / count) },
        },
      });
      // Stacked bars are drawn from the top of the stack down, each over the one behind it.
      const order = lines.map((_, at) => at);
      if (isStacked) order.reverse();
      if (plot) plot.destroy();
      holder.classList.toggle("drills", Boolean(links));
      plot = new uPlot({
        width: holder.clientWidth,
        height: high,
        legend: { show: false },
        padding: [12, 8, 0, 0],
        cursor: { y: false, x: isLine, drag: { x: false, y: false }, points: { show: isLine } },
        scales: {
          x: { time: false, range: () => [-0.5, Math.max(count, 1) - 0.5] },
          y: { range: (_, low, top) => [Math.min(0, low * 1.08), told.unit === "%" ? 100 : top > 0 ? top * 1.08 : 1] },
        },
        axes: [
          {
            ...axis,
            grid: { show: false },
            splits: () => {
              const room = isLong ? 18 : longest * 7 + 14;
              const every = Math.max(1, Math.ceil(count * room / Math.max(1, holder.clientWidth - 80)));
              return places.filter((place) => place % every === 0);
            },
            values: (_, splits) => splits.map((place) => cut(short[place] || "")),
            rotate: isLong ? 40 : 0,
            size: isLong ? 100 : 36,
          },
          { ...axis, size: 64, incrs: told.whole ? wholes : undefined, values: (_, splits) => splits.map((value) => value.toLocaleString("en-GB", { maximumSignificantDigits: 12 })) },
        ],
        series: [{}, ...order.map((at) => ({
          label: lines[at].title,
          stroke: colour(`--chart-${at + 1}`),
          width: isLine ? 2 : 0,
          fill: isLine ? undefined : colour(`--chart-${at + 1}`),
          paths: isLine ? undefined : bars(at),
          points: { show: isLine && count < 60, size: 6, fill: colour("--paper") },
        }))],
        hooks: { setCursor: [tell] },
      }, [places, ...order.map((at) => drawn[at])], holder);
      plot.over.addEventListener("mouseleave", () => { tip.hidden = true; });
      plot.over.addEventListener("click", () => {
        const { idx, left, top } = plot.cursor;
        if (idx === null || idx === undefined) return;
        const at = under(idx, left, top);
        if (at < 0 || !mayDrill(lines[at], idx)) return;
        const address = new URL(links, location.href);
        address.searchParams.set("measure", lines[at].column);
        address.searchParams.set("point", keys[idx]);
        if (lines[at].key) address.searchParams.set("series", lines[at].key);
        location.assign(address);
      });
    };
    draw();
    let wide = holder.clientWidth;
    new ResizeObserver(() => {
      if (holder.clientWidth !== wide) { wide = holder.clientWidth; draw(); }
    }).observe(holder);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
    new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.id === "sql") {
      event.preventDefault();
      event.target.form.requestSubmit();
    }
  });

  // What is short goes into the address, which can be kept and passed on; the rest is posted.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.address) return;
    const { csrf } = form.elements;
    csrf.disabled = false;
    const told = [...new FormData(form)].filter(([name]) => name !== "csrf");
    const isShort = new URL(form.action).pathname.length + 1 + String(new URLSearchParams(told)).length <= Number(form.dataset.address);
    form.method = isShort ? "get" : "post";
    csrf.disabled = isShort;
  });

  // A list that is searched as one types: tables stay that have the text, or a column with it.
  document.addEventListener("input", (event) => {
    const list = event.target.dataset.seek && document.querySelector(event.target.dataset.seek);
    if (!list) return;
    const text = event.target.value.trim().toLowerCase();
    let shown = 0;
    for (const table of list.querySelectorAll("details")) {
      const isNamed = table.dataset.name.includes(text);
      let columns = 0;
      for (const column of table.querySelectorAll("li")) {
        column.hidden = !isNamed && !column.dataset.name.includes(text);
        columns += !column.hidden;
      }
      table.hidden = !isNamed && !columns;
      table.open = Boolean(text) && !table.hidden && !isNamed;
      shown += !table.hidden;
    }
    list.querySelector("[data-none]").hidden = shown > 0;
  });

  // Last, so that the rest of the page works whatever a chart meets.
  if (window.uPlot) for (const figure of document.querySelectorAll("figure.chart")) chart(figure);
})();
