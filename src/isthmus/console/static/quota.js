// The chart of the calls of the hours before.
"use strict";

(() => {
  const holder = document.getElementById("plot");
  const told = document.getElementById("series");
  if (!holder || !told || !window.uPlot) return;
  const { at, ours, others, limit } = JSON.parse(told.textContent);
  const all = ours.map((value, place) => (value || 0) + (others[place] || 0));
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
      axes: [axis, { ...axis, size: 64 }],
      series: [
        {},
        { label: "All tools", stroke: colour("--chart-2"), width: 2, points: { show: false }, fill: `${colour("--chart-2")}22` },
        { label: "Isthmus", stroke: colour("--chart-1"), width: 2, points: { show: false }, fill: `${colour("--chart-1")}33` },
        { label: "Allowed", stroke: colour("--bad"), width: 1, points: { show: false }, dash: [4, 4] },
      ],
    }, [at, all, ours, limit], holder);
  };
  draw();
  new ResizeObserver(() => plot && plot.setSize({ width: holder.clientWidth, height: 240 })).observe(holder);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
})();
