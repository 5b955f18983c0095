// For who goes by keys: a choice counts when it is made, and the focus is never lost.
"use strict";

(() => {
  // A choice that is pointed at counts at once. By keys it counts when it is left or Enter is
  // pressed: each arrow key shows another one, each figure of a day's year makes another day, and
  // nothing may happen before a person has decided.
  const decided = "select, input[type=date]";
  let isByKeys = false;
  let looking = null;
  const decide = (select) => {
    if (looking === select) looking = null;
    delete select.dataset.looking;
    select.dispatchEvent(new CustomEvent("chosen", { bubbles: true }));
  };
  document.addEventListener("pointerdown", () => { isByKeys = false; }, true);
  document.addEventListener("keydown", (event) => {
    isByKeys = true;
    if (event.key !== "Enter" || !looking || event.target !== looking) return;
    event.preventDefault();
    decide(looking);
  }, true);
  document.addEventListener("change", (event) => {
    const select = event.target;
    const { auto } = select.form ? select.form.dataset : {};
    if (!select.matches(decided) || (auto === undefined && select.dataset.do === undefined)) return;
    if (!isByKeys) { decide(select); return; }
    looking = select;
    looking.dataset.looking = "";
  });
  document.addEventListener("focusout", (event) => {
    if (event.target === looking) setTimeout(decide, 0, looking);
  });

  // Forms that filter send themselves when a choice changes.
  const filter = (event) => {
    const form = event.target.form;
    if (form && form.dataset.auto !== undefined) form.requestSubmit();
  };
  document.addEventListener("chosen", filter);
  document.addEventListener("change", (event) => { if (!event.target.matches(decided)) filter(event); });

  // Where the focus is, so that it is found again in what is drawn anew.
  const placeOf = (element) => {
    let way = "";
    if (element.id) way = `#${CSS.escape(element.id)}`;
    else {
      const names = element.matches("button, [type=checkbox], [type=radio]") ? ["name", "value"] : ["name", "href"];
      const said = names.filter((name) => element.hasAttribute(name));
      if (said.length) way = element.localName + said.map((name) => `[${name}="${CSS.escape(element.getAttribute(name))}"]`).join("");
    }
    return way ? [way, [...document.querySelectorAll(way)].indexOf(element)] : null;
  };
  const found = (place) => place && document.querySelectorAll(place[0])[place[1]];
  // Returns what brings it back: to the same thing, else to the nearest part that is still there.
  const keepFocus = () => {
    const was = document.activeElement;
    if (!was || was === document.body) return null;
    const place = placeOf(was);
    const caret = was.matches("input, textarea") ? was.selectionStart : null;
    const around = [];
    for (let up = was.parentElement; up; up = up.parentElement) if (up.id) around.push(up.id);
    return () => {
      if (document.activeElement !== document.body) return;
      const same = found(place);
      if (same) same.focus({ preventScroll: true });
      if (same && caret !== null && same.matches("input, textarea")) same.setSelectionRange(caret, caret);
      if (document.activeElement !== document.body) return;
      const near = around.map((id) => document.getElementById(id)).find(Boolean);
      if (!near) return;
      if (!near.hasAttribute("tabindex")) near.tabIndex = -1;
      near.focus({ preventScroll: true });
    };
  };
  window.isthmus = { keepFocus };
  let bringBack = null;
  document.addEventListener("htmx:before:swap", () => { bringBack = keepFocus() || bringBack; });
  // Before it settles, so that no key is lost between the two; and after, for what settled elsewhere.
  document.addEventListener("htmx:before:settle", () => { if (bringBack) bringBack(); });
  document.addEventListener("htmx:after:swap", () => { if (bringBack) bringBack(); bringBack = null; });

  // A form that leads back to its page says where the focus was, for who goes by keys.
  const KEY = "isthmus-focus";
  document.addEventListener("submit", (event) => {
    const { auto, stay } = event.target.dataset;
    if (!isByKeys || event.defaultPrevented || (auto === undefined && stay === undefined)) return;
    const place = placeOf(document.activeElement);
    try { sessionStorage.setItem(KEY, JSON.stringify([location.pathname, place])); } catch { /* not kept */ }
  });
  document.addEventListener("DOMContentLoaded", () => {
    try {
      const [path, place] = JSON.parse(sessionStorage.getItem(KEY)) || [];
      sessionStorage.removeItem(KEY);
      const there = path === location.pathname && found(place);
      if (there) there.focus();
    } catch { /* where a page begins */ }
  });
})();
