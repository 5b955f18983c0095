// What the pages do in the browser, beside htmx. No page depends on it to be read.
"use strict";

(() => {
  const root = document.documentElement;
  const remember = (name, value) => {
    document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=31536000; samesite=lax`;
  };

  // Times are written in the viewer's zone: the server learns it from a cookie.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  const isNewZone = !document.cookie.split("; ").includes(`zone=${encodeURIComponent(zone)}`);
  remember("zone", zone);
  const ago = (at) => {
    const seconds = (Date.now() - at) / 1000;
    const size = Math.abs(seconds);
    if (size < 5) return "just now";
    const [length, unit] = size < 60 ? [1, "s"] : size < 3600 ? [60, "min"] : size < 86400 ? [3600, "h"] : [86400, "d"];
    const text = `${Math.floor(size / length)} ${unit}`;
    return seconds > 0 ? `${text} ago` : `in ${text}`;
  };
  const written = (at, form) => {
    if (form === "day") return at.toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" });
    const time = at.toLocaleTimeString("en-GB");
    const now = new Date();
    if (form === "second" || at.toDateString() === now.toDateString()) return time;
    const day = at.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
    return at.getFullYear() === now.getFullYear() ? `${day} ${time.slice(0, 5)}` : `${day} ${at.getFullYear()} ${time}`;
  };
  const writeTimes = (within, all) => {
    for (const element of within.querySelectorAll("time[data-form]")) {
      const at = new Date(element.dateTime);
      if (element.dataset.form === "ago") element.textContent = ago(at);
      else if (all) element.textContent = written(at, element.dataset.form);
      if (all) element.title = at.toLocaleString();
    }
  };
  const writeZone = () => { if (isNewZone) for (const one of document.querySelectorAll("[data-zone]")) one.textContent = zone; };
  setInterval(() => writeTimes(document, false), 15000);

  // Every request of htmx shows the session's token.
  document.addEventListener("htmx:config:request", (event) => {
    const token = document.querySelector("meta[name=csrf]");
    const request = event.detail.ctx.request;
    if (token && !["GET", "HEAD"].includes(request.method)) request.headers["X-CSRF"] = token.content;
  });

  const tell = (topic) => document.body.dispatchEvent(new CustomEvent(`live-${topic}`));
  // One stream a page tells what changed; parts listen for `live-<topic>` and fetch themselves.
  let source = null;
  const listen = () => {
    const wants = document.querySelector("[hx-trigger*='live-']");
    if (document.hidden || !wants) {
      if (source) source.close();
      source = null;
      return;
    }
    if (source) return;
    source = new EventSource(`/live?since=${document.querySelector("meta[name=live]")?.content || ""}`);
    const topics = new Set();
    for (const element of document.querySelectorAll("[hx-trigger*='live-']")) {
      for (const found of element.getAttribute("hx-trigger").matchAll(/live-([a-z]+)/g)) topics.add(found[1]);
    }
    for (const topic of topics) source.addEventListener(topic, () => tell(topic));
    // The session has ended: what is fetched now leads to the log-in, and nobody listens any more.
    const end = (event) => {
      if (event.type === "error" && event.target.readyState !== EventSource.CLOSED) return;
      event.target.close();
      for (const topic of topics) tell(topic);
    };
    source.addEventListener("over", end);
    source.addEventListener("error", end); // refused at once, not broken off
  };
  // Nothing is drawn anew under a person's hands: while he types, marks or has something open.
  const spare = (event) => {
    const part = event.target;
    if (!(part instanceof Element) || !(part.getAttribute("hx-trigger") || "").includes("live-")) return;
    const active = document.activeElement;
    const types = active && part.contains(active) && active.matches("input:not([type=checkbox]), textarea, select") && !isSettled(active);
    const marks = [...part.querySelectorAll("input:checked[name], details[open]")].some((one) => !one.closest("form[role=search]"));
    if ((types && event.type === "htmx:before:request") || marks) event.preventDefault();
  };
  document.addEventListener("htmx:before:request", spare);
  document.addEventListener("htmx:before:swap", spare); // it was opened while the answer was on its way
  // A filter asks for nothing more once it was sent.
  const isSettled = (box) => Boolean(box.closest("form[role=search]")) && box.dataset.looking === undefined && (box.matches("select") || box.value === box.defaultValue);
  document.addEventListener("visibilitychange", () => {
    const was = source;
    listen();
    if (!was && source) {
      for (const element of document.querySelectorAll("[hx-trigger*='live-']")) {
        for (const found of element.getAttribute("hx-trigger").matchAll(/live-([a-z]+)/g)) tell(found[1]);
      }
    }
  });
  window.addEventListener("pagehide", () => { if (source) source.close(); source = null; });
  window.addEventListener("pageshow", (event) => { if (event.persisted) listen(); });

  const say = (text) => {
    const toast = document.getElementById("toast");
    toast.textContent = text;
    toast.classList.add("shown");
    setTimeout(() => toast.classList.remove("shown"), 2500);
  };

  // Browsers let a page copy only where it came by TLS or from their own machine.
  const copy = (code) => {
    const select = () => { getSelection().selectAllChildren(code); say("Selected: press Ctrl+C"); };
    if (!navigator.clipboard) { select(); return; }
    navigator.clipboard.writeText(code.textContent).then(() => say("Copied"), select);
  };

  document.addEventListener("click", (event) => {
    const themed = event.target.closest("[data-theme-set]");
    if (themed) {
      root.dataset.theme = themed.dataset.themeSet;
      remember("theme", themed.dataset.themeSet);
      showTheme();
    }
    const copying = event.target.closest("[data-copy]");
    if (copying) copy(copying.parentElement.querySelector("code"));
    for (const open of document.querySelectorAll("details.menu[open], details.account[open], details.drop[open]")) {
      if (!open.contains(event.target)) open.open = false;
    }
  });
  const showTheme = () => {
    for (const button of document.querySelectorAll("[data-theme-set]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeSet === root.dataset.theme));
    }
  };

  // On a phone the tabs go beyond the edge; the one that is open is brought in.
  const showTab = () => {
    for (const tab of document.querySelectorAll(".tabs a[aria-current]")) {
      const row = tab.closest(".tabs");
      const over = tab.getBoundingClientRect().right - row.getBoundingClientRect().right;
      if (over > 0) row.scrollLeft += over + 16;
    }
  };

  // What cannot be undone is asked for once more, in a dialog of the page.
  const confirmed = new WeakSet();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const question = (event.submitter && event.submitter.dataset.confirm) || form.dataset.confirm;
    if (!question || confirmed.has(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const dialog = document.createElement("dialog");
    dialog.className = "ask";
    const text = document.createElement("p");
    text.textContent = question;
    const no = document.createElement("button");
    no.textContent = "Cancel";
    const yes = document.createElement("button");
    yes.textContent = event.submitter ? event.submitter.textContent.trim() : "Go on";
    yes.className = "primary";
    const row = document.createElement("div");
    row.className = "actions";
    row.append(no, yes);
    dialog.append(text, row);
    dialog.addEventListener("close", () => dialog.remove());
    no.addEventListener("click", () => dialog.close());
    const submitter = event.submitter;
    yes.addEventListener("click", () => {
      dialog.close();
      confirmed.add(form);
      form.requestSubmit(submitter);
      confirmed.delete(form);
    });
    document.body.append(dialog);
    dialog.showModal();
  }, true);

  // A network cuts a text anywhere; how much of it is whole: up to the end of the last outer item.
  const wholeParts = (text) => {
    let [depth, end] = [0, 0];
    for (const tag of text.matchAll(/<(\/?)li\b[^>]*>/g)) {
      depth += tag[1] ? -1 : 1;
      if (!depth) end = tag.index + tag[0].length;
    }
    return end;
  };

  // A form with data-stream shows what it is told, part by part, in the element it names.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.dataset.stream || event.defaultPrevented) return;
    event.preventDefault();
    const target = document.querySelector(form.dataset.stream);
    target.replaceChildren();
    target.setAttribute("aria-busy", "true");
    const buttons = form.querySelectorAll("button");
    for (const button of buttons) button.disabled = true;
    try {
      const action = (event.submitter && event.submitter.getAttribute("formaction")) || form.action;
      const answer = await fetch(action, {
        method: "POST",
        body: new FormData(form, event.submitter),
        headers: { "HX-Request": "true" },
      });
      const there = answer.headers.get("HX-Redirect");
      if (there) { location.assign(there); return; }
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { done, value } = await reader.read();
        rest += value || "";
        const end = done ? rest.length : wholeParts(rest);
        target.insertAdjacentHTML("beforeend", rest.slice(0, end));
        rest = rest.slice(end);
        if (done) break;
      }
      if (window.htmx) window.htmx.process(target);
    } catch {
      target.insertAdjacentHTML("beforeend", '<div class="problem" role="alert"><p class="what">The connection to Isthmus was lost.</p><p class="remedy">Nothing was saved unless it says so above. Try again.</p></div>');
    } finally {
      target.removeAttribute("aria-busy");
      for (const button of buttons) button.disabled = false;
      document.body.dispatchEvent(new Event("told"));  // what shows the same on the page looks anew
    }
  });

  // "/" goes to the search; Escape closes what is open.
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      const find = document.querySelector("[data-key='/']");
      if (find) { event.preventDefault(); find.focus(); find.select(); }
    }
    if (event.key === "Escape") {
      for (const open of document.querySelectorAll("details.menu[open], details.account[open], details.drop[open]")) {
        open.open = false;
        open.querySelector("summary").focus();
      }
    }
  });

  // One box marks all of a form.
  document.addEventListener("change", (event) => {
    const name = event.target.dataset.all;
    if (!name) return;
    for (const box of event.target.form.querySelectorAll(`input[name="${name}"]`)) box.checked = event.target.checked;
  });

  document.addEventListener("DOMContentLoaded", () => {
    if (isNewZone) { writeTimes(document, true); writeZone(); }
    showTheme();
    showTab();
    listen();
  });
  document.addEventListener("htmx:after:swap", () => { listen(); if (isNewZone) writeTimes(document, true); });
})();
