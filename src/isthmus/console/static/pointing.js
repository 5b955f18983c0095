// Boxes that offer what can be pointed at: fields, values, records.
"use strict";

(() => {
  const list = document.createElement("ul");
  list.className = "picks";
  list.id = "picks";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "What can be chosen");
  list.hidden = true;
  let box = null;
  let asked = 0;
  let waiting = null;
  const typed = () => {
    if (box.dataset.lines === undefined) return box.value;
    const before = box.value.slice(0, box.selectionStart);
    return before.slice(before.lastIndexOf("\n") + 1);
  };
  // A box of several lines is no combobox, and may not say that it is expanded.
  const tellOpen = (isOpen) => {
    if (box.getAttribute("role") === "combobox") box.setAttribute("aria-expanded", String(isOpen));
  };
  const close = () => {
    clearTimeout(waiting);
    list.hidden = true;
    if (box) {
      tellOpen(false);
      box.removeAttribute("aria-activedescendant");
    }
  };
  const showAt = () => {
    const rect = box.getBoundingClientRect();
    list.style.width = `${Math.min(Math.max(rect.width, 340), document.documentElement.clientWidth - 24)}px`;
    list.style.left = `${Math.max(12, Math.min(rect.left + scrollX, document.documentElement.clientWidth - list.offsetWidth - 12))}px`;
    list.style.top = `${rect.bottom + scrollY + 2}px`;
  };
  // Under fingers the list needs room below its box that no keyboard covers.
  const byFinger = matchMedia("(pointer: coarse), (max-width: 860px)");
  const LEAST = 260;
  const makeRoom = () => {
    if (!byFinger.matches || !box || list.hidden) return;
    const view = window.visualViewport;
    const below = (view ? view.offsetTop + view.height : innerHeight) - box.getBoundingClientRect().bottom;
    if (below < LEAST) box.scrollIntoView({ block: "start", behavior: "instant" });
  };
  const ask = async (all) => {
    const mine = ++asked;
    const here = box;
    const url = new URL(here.dataset.pick, location.href);
    url.searchParams.set("q", all ? "" : typed().trim());
    const beside = here.dataset.with;
    if (beside === "written") {
      for (const one of document.querySelectorAll(".maprow .target input")) if (one !== here && one.value) url.searchParams.append("written", one.value);
    } else if (beside) {
      const other = here.form && here.form.elements[beside];
      url.searchParams.set("path", other ? other.value : "");
    }
    const ticket = document.getElementById("f-ticket");
    if (ticket && ticket !== here) url.searchParams.set("ticket", ticket.value.trim());
    let text;
    try {
      text = await (await fetch(url, { headers: { "HX-Request": "true" } })).text();
    } catch { return; }
    if (mine !== asked || document.activeElement !== here) return;
    list.replaceChildren(...new DOMParser().parseFromString(`<ul>${text}</ul>`, "text/html").querySelector("ul").children);
    [...list.children].forEach((one, number) => { one.id = `pick-${number}`; });
    list.hidden = false;
    showAt();
    makeRoom();
    tellOpen(true);
    here.removeAttribute("aria-activedescendant");
  };
  const choose = (option) => {
    const value = option.dataset.value;
    const into = box.dataset.into && document.getElementById(box.dataset.into);
    const here = into || box;
    if (into && option.dataset.leads === undefined) {
      const text = box.dataset.form.replace("PATH", value);
      into.setRangeText(text, into.selectionStart, into.selectionEnd, "end");
      box.value = "";
      into.dispatchEvent(new Event("input", { bubbles: true }));
      close();
      into.focus();
      return;
    }
    if (box.dataset.lines !== undefined) {
      const at = box.selectionStart;
      const begin = box.value.lastIndexOf("\n", at - 1) + 1;
      const after = box.value.indexOf("\n", at);
      box.setRangeText(`${value}${after < 0 ? "\n" : ""}`, begin, after < 0 ? box.value.length : after, "end");
    } else box.value = value;
    here.dispatchEvent(new Event("input", { bubbles: true }));
    if (option.dataset.leads !== undefined) { ask(false); return; }
    close();
    box.dispatchEvent(new Event("change", { bubbles: true }));
    if (box.id === "f-ticket") box.form.requestSubmit();
  };
  const move = (step) => {
    const options = [...list.querySelectorAll("[role=option]")];
    if (!options.length) return;
    const now = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
    const next = options[(now + step + options.length + (now < 0 && step < 0 ? 1 : 0)) % options.length];
    for (const one of options) one.setAttribute("aria-selected", String(one === next));
    next.scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", next.id);
  };
  const prepare = (element) => {
    element.setAttribute("role", "combobox");
    element.setAttribute("aria-autocomplete", "list");
    element.setAttribute("aria-expanded", "false");
    element.setAttribute("aria-controls", "picks");
  };
  const enter = (element) => {
    if (!element.matches || !element.matches("[data-pick]") || element.readOnly) return;
    if (element.tagName === "INPUT") prepare(element);
    box = element;
  };
  document.addEventListener("focusin", (event) => { close(); enter(event.target); });
  document.addEventListener("focusout", () => setTimeout(() => { if (!list.matches(":hover")) close(); }, 0));
  document.addEventListener("click", (event) => {
    const option = event.target.closest && event.target.closest(".picks [role=option]");
    if (option && box) { choose(option); return; }
    if (event.target !== box || !box.matches("[data-pick]")) return;
    // A touch may give the focus without the caret, and then nothing could be typed.
    box.setSelectionRange(box.selectionStart, box.selectionEnd);
    if (list.hidden) ask(true);
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  document.addEventListener("input", (event) => {
    if (event.target !== box || !event.isTrusted) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => ask(false), 140);
  });
  document.addEventListener("keydown", (event) => {
    if (event.target !== box) return;
    if (event.key === "ArrowDown" && list.hidden && (box.tagName === "INPUT" || event.altKey)) { event.preventDefault(); ask(true); return; }
    if (list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); move(event.key === "ArrowDown" ? 1 : -1); }
    const chosen = list.querySelector("[aria-selected=true]");
    if (event.key === "Enter" && chosen) { event.preventDefault(); choose(chosen); }
    else if (event.key === "Enter" && box.tagName === "INPUT") close();
    if (event.key === "Escape") { event.stopPropagation(); close(); }
    if (event.key === "Tab" && chosen) choose(chosen);
  }, true);
  // What is drawn above a box moves it; its list goes along.
  window.isthmus.placePicks = () => { if (!list.hidden) showAt(); };
  if (window.visualViewport) window.visualViewport.addEventListener("resize", makeRoom);
  document.body.append(list);
})();
