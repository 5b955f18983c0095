// Mappings and rules while they are written: kept as they are typed, tried beside, pointed at.
"use strict";

(() => {
  const form = () => document.querySelector("form[data-draft]");
  const pane = () => document.querySelector("[data-pane]");
  const csrf = () => document.querySelector("meta[name=csrf]").content;
  const parsed = (text) => new DOMParser().parseFromString(text, "text/html");

  // Parts that say so go to their own place by id; the rest is returned.
  const place = (page) => {
    for (const part of page.querySelectorAll("[hx-swap-oob]")) {
      part.removeAttribute("hx-swap-oob");
      const there = document.getElementById(part.id);
      part.remove();
      if (there) there.replaceWith(document.adoptNode(part));
    }
    return page.body;
  };

  // The dry run beside the editor.
  let trying = null;
  const refresh = async (anew) => {
    const there = pane();
    if (!there) return;
    if (trying) trying.abort();
    const mine = (trying = new AbortController());
    const ticket = document.getElementById("f-ticket");
    const event = document.querySelector("[data-event]");
    const query = new URLSearchParams({ ticket: ticket ? ticket.value.trim() : "", event: event ? event.value : "" });
    if (anew) query.set("anew", "1");
    there.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`${there.dataset.pane}?${query}`, { headers: { "HX-Request": "true" }, signal: mine.signal });
      const text = await answer.text();
      if (mine.signal.aborted) return;
      there.replaceChildren(...place(parsed(text)).childNodes);
      if (!list.hidden) showAt();
    } catch (error) {
      if (error.name === "AbortError") return;
      there.textContent = "The connection to Isthmus was lost. What you change is tried again when it is back.";
    } finally {
      if (trying === mine) there.removeAttribute("aria-busy");
    }
  };

  // What is typed is kept a moment later; one saving at a time.
  let timer = null;
  let isDirty = false;
  let saving = Promise.resolve();
  const body = () => {
    const sent = new URLSearchParams(new FormData(form()));
    sent.set("quiet", "1");
    return sent;
  };
  const save = () => {
    clearTimeout(timer);
    timer = null;
    saving = saving.then(async () => {
      if (!form() || !isDirty) return;
      isDirty = false;
      const saved = document.getElementById("saved");
      saved.setAttribute("aria-busy", "true");
      try {
        const answer = await fetch(form().getAttribute("action"), { method: "POST", body: body(), headers: { "HX-Request": "true", "X-CSRF": csrf() } });
        const text = await answer.text();
        if (answer.ok) place(parsed(text));
        else document.getElementById("saved").replaceChildren(...parsed(text).body.childNodes);
        if (answer.ok) refresh();
      } catch {
        isDirty = true;
        timer = setTimeout(save, 3000);
      } finally {
        document.getElementById("saved").removeAttribute("aria-busy");
      }
    });
    return saving;
  };
  const changed = (event) => {
    const here = event.target;
    if (!here.name || here.form !== form() || form().dataset.onlyShown !== undefined || here.name === "said" || here.name === "unchecked") return;
    if (here.dataset.do !== undefined) return;
    isDirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, event.type === "change" ? 60 : 500);
  };
  document.addEventListener("input", changed);
  document.addEventListener("change", (event) => {
    if (event.target.dataset.event !== undefined) { refresh(); return; }
    if (event.target.dataset.do !== undefined && event.target.form === form()) {
      form().requestSubmit(form().querySelector("button[value=save]"));
      return;
    }
    changed(event);
  });
  window.addEventListener("pagehide", () => {
    if (isDirty && form()) fetch(form().getAttribute("action"), { method: "POST", body: body(), headers: { "HX-Request": "true", "X-CSRF": csrf() }, keepalive: true });
  });

  // Buttons change the shape of the form, which comes back whole; what was open stays open.
  let pressed = "";
  document.addEventListener("submit", (event) => {
    if (event.target === form()) {
      clearTimeout(timer);
      isDirty = false;
      pressed = event.submitter ? event.submitter.value : "";
    }
    const record = event.target.closest("[data-try]");
    if (record) {
      event.preventDefault();
      const url = new URL(location.href);
      url.searchParams.set("ticket", record.ticket.value.trim());
      history.replaceState(null, "", url);
      refresh();
    }
  }, true);
  const open = new Set();
  document.addEventListener("toggle", (event) => {
    const kept = event.target.dataset && event.target.dataset.keep;
    if (kept) open[event.target.open ? "add" : "delete"](kept);
  }, true);
  document.addEventListener("htmx:after:swap", () => {
    if (!form() || !pressed) return;
    const did = pressed;
    pressed = "";
    for (const kept of form().querySelectorAll("[data-keep]")) if (open.has(kept.dataset.keep)) kept.open = true;
    const [name, about] = did.split(":");
    const number = Number((about || "").split(".")[0]);
    const at = { up: number - 1, down: number + 1, copy: number + 1, more: number, fill: number }[name];
    let focus = null;
    if (name === "add") focus = form().querySelector(".maprow:last-child .target input");
    else if (name === "test" || name === "group") {
      const within = form().querySelector(`[data-group="${about}"]`);
      const boxes = within ? within.querySelectorAll(".test input[data-pick]") : [];
      focus = boxes[boxes.length - 1];
    } else if (at !== undefined) focus = form().querySelector(`#row-${at + 1} ${name === "more" ? ".of tr:last-child input, .of .part:last-of-type input" : ".target input"}`);
    if (focus) focus.focus();
    refresh();
  });

  // Boxes that offer what can be pointed at.
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
  const close = () => {
    clearTimeout(waiting);
    list.hidden = true;
    if (box) {
      box.setAttribute("aria-expanded", "false");
      box.removeAttribute("aria-activedescendant");
    }
  };
  const showAt = () => {
    const rect = box.getBoundingClientRect();
    list.style.width = `${Math.min(Math.max(rect.width, 340), document.documentElement.clientWidth - 24)}px`;
    list.style.left = `${Math.max(12, Math.min(rect.left + scrollX, document.documentElement.clientWidth - list.offsetWidth - 12))}px`;
    list.style.top = `${rect.bottom + scrollY + 2}px`;
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
    list.replaceChildren(...parsed(`<ul>${text}</ul>`).querySelector("ul").children);
    [...list.children].forEach((one, number) => { one.id = `pick-${number}`; });
    list.hidden = false;
    showAt();
    here.setAttribute("aria-expanded", "true");
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
    if (event.target.closest("[data-anew]")) { refresh(true); return; }
    const option = event.target.closest && event.target.closest(".picks [role=option]");
    if (option && box) { choose(option); return; }
    if (event.target === box && list.hidden && event.target.matches("[data-pick]")) ask(true);
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
  // Enter in a box keeps what is there; it presses no button.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.defaultPrevented || event.target.tagName !== "INPUT") return;
    if (form() && event.target.form === form() && event.target.type !== "checkbox") { event.preventDefault(); isDirty = true; save(); }
  });

  const begin = () => { document.body.append(list); refresh(); };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
