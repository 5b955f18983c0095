// The chart of the calls of the hours before.
"use strict";

(() => {
  const holder = document.getElementById("plot");
  const told = document.getElementById("series");
  if (!holder || !told || !window.uPlot) return;
  const { at, ours, others, limit } = JSON.parse(told.textContent);
  const all = ours.map((value, place) => (value || 0) + (others[place] || 0));
  const clock = (parts) => {
    const form = new Intl.DateTimeFormat("en-GB", parts);
    return (at) => form.format(new Date(at * 1000));
  };
  const minute = clock({ hour: "2-digit", minute: "2-digit" });
  const day = clock({ day: "numeric", month: "short" });
  const whole = (at) => `${day(at)}, ${minute(at)}`;
  const tick = (at, place, all) => (minute(at) === "00:00" || (place && day(at) !== day(all[place - 1])) ? day(at) : minute(at));
  const count = (value) => (value === null || value === undefined ? "" : value.toLocaleString("en-GB"));
  let plot = null;
  const draw = () => {
    const styles = getComputedStyle(document.documentElement);
    const colour = (name) => styles.getPropertyValue(name).trim();
    const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line") } };
    if (plot) plot.destroy();
    plot = new uPlot({
      width: holder.clientWidth,
      height: 240,
      cursor: { y: false },
      scales: { y: { range: (_, low, high) => [0, Math.max(10, high * 1.1)] } },
      axes: [{ ...axis, values: (_, splits) => splits.map(tick) }, { ...axis, size: 64 }],
      series: [
        { label: "At", value: (_, at) => (at ? whole(at) : "") },
        { label: "All tools", value: (_, value) => count(value), stroke: colour("--chart-2"), width: 2, points: { show: false }, fill: `${colour("--chart-2")}22` },
        { label: "Isthmus", value: (_, value) => count(value), stroke: colour("--chart-1"), width: 2, points: { show: false }, fill: `${colour("--chart-1")}33` },
        { label: "Allowed", value: (_, value) => count(value), stroke: colour("--bad"), width: 1, points: { show: false }, dash: [4, 4] },
      ],
    }, [at, all, ours, limit], holder);
  };
  draw();
  new ResizeObserver(() => plot && plot.setSize({ width: holder.clientWidth, height: 240 })).observe(holder);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
})();
