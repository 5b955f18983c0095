// The join map in the hands of a person: tables are moved, the sheet is moved and brought nearer.
"use strict";

(() => {
  const map = document.getElementById("map");
  if (!map) return;
  const svg = map.querySelector("svg");
  const nodes = new Map([...svg.querySelectorAll(".node")].map((node) => [node.dataset.name, node]));
  const lines = [...svg.querySelectorAll("line")];
  const [half, tall] = [svg.dataset.wide / 2, svg.dataset.high / 2];
  const whole = svg.getAttribute("viewBox").split(" ").map(Number);
  const KEY = "isthmus-join-map";
  let view = [...whole];
  map.classList.add("moves");
  map.querySelector(".tools").hidden = false;
  map.querySelector(".script").hidden = false;

  const at = (name) => { const { x, y } = nodes.get(name).dataset; return [Number(x), Number(y)]; };
  const border = ([x, y], [toX, toY]) => {
    const [dx, dy] = [toX - x, toY - y];
    if (!dx && !dy) return [x, y];
    const part = Math.min(dx ? half / Math.abs(dx) : Infinity, dy ? tall / Math.abs(dy) : Infinity);
    return [x + part * dx, y + part * dy];
  };
  const place = (name, x, y) => {
    const node = nodes.get(name);
    node.dataset.x = Math.min(Math.max(x, half), whole[2] - half);
    node.dataset.y = Math.min(Math.max(y, tall), whole[3] - tall);
    node.setAttribute("transform", `translate(${node.dataset.x} ${node.dataset.y})`);
    for (const line of lines) {
      if (line.dataset.one !== name && line.dataset.many !== name) continue;
      const [one, many] = [at(line.dataset.one), at(line.dataset.many)];
      const [[x1, y1], [x2, y2]] = [border(one, many), border(many, one)];
      for (const [key, value] of Object.entries({ x1, y1, x2, y2 })) line.setAttribute(key, value);
    }
  };
  const first = new Map([...nodes.keys()].map((name) => [name, at(name)]));
  const keep = () => {
    const moved = [...nodes.keys()].filter((name) => String(at(name)) !== String(first.get(name)));
    try { localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(moved.map((name) => [name, at(name)])))); } catch { /* not kept */ }
  };
  try {
    for (const [name, [x, y]] of Object.entries(JSON.parse(localStorage.getItem(KEY) || "{}"))) {
      if (nodes.has(name)) place(name, Number(x), Number(y));
    }
  } catch { /* as at first */ }

  const show = () => svg.setAttribute("viewBox", view.join(" "));
  const shift = (x, y) => { view[0] += x; view[1] += y; show(); };
  // A table that has the focus is seen, however near the map is.
  const reveal = (node) => {
    const [x, y] = at(node.dataset.name);
    const room = view[2] < whole[2] ? 8 : 0; // for the ring around it
    const by = (middle, side, low, length) => Math.min(middle - side - room - low, 0) || Math.max(middle + side + room - low - length, 0);
    shift(by(x, half, view[0], view[2]), by(y, tall, view[1], view[3]));
  };
  const point = (event) => {
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    return [x, y];
  };
  const zoom = (factor, [x, y]) => {
    const width = Math.min(Math.max(view[2] / factor, whole[2] / 5), whole[2] * 2);
    const scale = width / view[2];
    view = [x - (x - view[0]) * scale, y - (y - view[1]) * scale, width, view[3] * scale];
    show();
  };

  let chosen = (svg.querySelector(".chosen") || { dataset: {} }).dataset.name;
  const hasWay = Boolean(svg.querySelector("line.way"));
  const mark = () => {
    for (const [name, node] of nodes) {
      const isNear = lines.some((line) => (line.dataset.one === chosen && line.dataset.many === name) || (line.dataset.many === chosen && line.dataset.one === name));
      node.classList.toggle("chosen", name === chosen);
      node.classList.toggle("near", isNear);
      if (name === chosen) node.setAttribute("aria-current", "true"); else node.removeAttribute("aria-current");
    }
    for (const line of lines) line.classList.toggle("on", line.dataset.one === chosen || line.dataset.many === chosen);
    const counts = document.getElementById("counts");
    if (counts && counts.hasAttribute("hx-get")) counts.setAttribute("hx-get", `/joins/counts?at=${chosen}`);
    const list = document.querySelector("[data-at]");
    if (list && chosen) list.value = chosen;
    const active = document.activeElement;
    for (const part of document.querySelectorAll("[data-of]")) part.hidden = part.dataset.of !== chosen;
    // The section that held the focus is hidden: it goes to the one that shows now.
    if (active.closest("[data-of][hidden]")) document.querySelector(`[data-of="${chosen}"] h2`).focus();
  };
  const choose = (name) => {
    if (name === chosen) return;
    chosen = name;
    mark();
    const address = new URL(location);
    address.searchParams.set("at", name);
    history.pushState(null, "", address);
  };
  // The list chooses as the map does, and shows what was chosen; both lie apart on a phone.
  document.querySelector("[data-at]").addEventListener("change", (event) => {
    event.stopPropagation();
    choose(event.target.value);
    document.querySelector(`[data-of="${chosen}"]`).scrollIntoView({ block: "nearest" });
  });
  const begun = chosen;
  window.addEventListener("popstate", () => {
    const name = new URL(location).searchParams.get("at");
    chosen = nodes.has(name) ? name : begun;
    mark();
  });
  if (!hasWay) mark();
  // Where the map is wider than the page, what is chosen is in sight at first.
  const sheet = map.querySelector(".sheet-of-map");
  const around = chosen && nodes.get(chosen).getBoundingClientRect();
  if (around) sheet.scrollLeft += around.left + around.width / 2 - sheet.getBoundingClientRect().left - sheet.clientWidth / 2;
  if (around) sheet.scrollTop += around.top + around.height / 2 - sheet.getBoundingClientRect().top - sheet.clientHeight / 2;
  document.addEventListener("htmx:after:swap", mark);

  let held = null;
  let hasMoved = false;
  svg.addEventListener("pointerdown", (event) => {
    if (event.button || event.pointerType === "touch") return;
    const node = event.target.closest(".node");
    const [x, y] = point(event);
    held = node ? { name: node.dataset.name, x: x - node.dataset.x, y: y - node.dataset.y } : { x, y };
    hasMoved = false;
    svg.classList.add("held");
  });
  window.addEventListener("pointermove", (event) => {
    if (!held) return;
    const [x, y] = point(event);
    const [byX, byY] = held.name ? [x - held.x - at(held.name)[0], y - held.y - at(held.name)[1]] : [x - held.x, y - held.y];
    if (!hasMoved && Math.hypot(byX, byY) < 4) return;
    hasMoved = true;
    if (held.name) place(held.name, x - held.x, y - held.y);
    else { view[0] -= byX; view[1] -= byY; show(); }
  });
  window.addEventListener("pointerup", () => {
    if (held && held.name && hasMoved) keep();
    held = null;
    svg.classList.remove("held");
  });
  svg.addEventListener("dragstart", (event) => event.preventDefault());
  document.addEventListener("click", (event) => {
    const node = event.target.closest("#map .node, [data-choose]");
    if (!node || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (!hasMoved || !node.closest("#map")) choose(node.dataset.choose || node.dataset.name);
    hasMoved = false;
  });
  svg.addEventListener("keydown", (event) => {
    const node = event.target.closest(".node");
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!node || !way) return;
    event.preventDefault();
    const [x, y] = at(node.dataset.name);
    const step = event.shiftKey ? 48 : 12;
    place(node.dataset.name, x + way[0] * step, y + way[1] * step);
    keep();
  });
  svg.addEventListener("focusin", (event) => { if (event.target.matches(".node:focus-visible")) reveal(event.target); });
  svg.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.12 : 1 / 1.12, point(event));
  }, { passive: false });
  map.addEventListener("click", (event) => {
    const nearer = event.target.closest("[data-zoom]");
    if (nearer) zoom(Number(nearer.dataset.zoom), [view[0] + view[2] / 2, view[1] + view[3] / 2]);
    const aside = event.target.closest("[data-shift]");
    if (aside) {
      const [x, y] = aside.dataset.shift.split(" ").map(Number);
      shift(x * view[2] / 5, y * view[3] / 5);
    }
    if (event.target.closest("[data-whole]")) {
      view = [...whole];
      show();
      for (const [name, [x, y]] of first) place(name, x, y);
      keep();
    }
  });
})();
