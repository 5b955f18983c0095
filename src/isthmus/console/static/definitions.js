// Mappings and rules while they are written: kept as they are typed, tried beside, pointed at.
"use strict";

(() => {
  const form = () => document.querySelector("form[data-draft]");
  const pane = () => document.querySelector("[data-pane]");
  const csrf = () => document.querySelector("meta[name=csrf]").content;
  const parsed = (text) => new DOMParser().parseFromString(text, "text/html");

  // Parts that say so go to their own place by id; the rest is returned.
  const place = (page) => {
    const bringBack = window.isthmus.keepFocus();
    for (const part of page.querySelectorAll("[hx-swap-oob]")) {
      part.removeAttribute("hx-swap-oob");
      const there = document.getElementById(part.id);
      part.remove();
      if (there) there.replaceWith(document.adoptNode(part));
    }
    if (bringBack) bringBack();
    return page.body;
  };

  // Who hears the page is told what came of it in a line, when it is another than before.
  const tell = (within) => {
    const line = document.getElementById("tried");
    const told = [...within.querySelectorAll("[data-told]")].map((one) => one.textContent.replace(/\s+/g, " ").trim()).join(". ");
    if (line && line.textContent !== told) line.textContent = told;
  };

  // A session that has ended: what was not kept is kept when its person has logged in again.
  const LEFT = "isthmus-draft";
  const hasLeft = (answer) => {
    if (!/^\/login(\?|$)/.test(answer.headers.get("HX-Redirect") || "")) return false;
    clearTimeout(timer);
    if (isDirty) {
      try { sessionStorage.setItem(LEFT, JSON.stringify([form().getAttribute("action"), `${body()}`])); } catch { /* not kept */ }
    }
    isDirty = false;
    location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
    return true;
  };
  const keepWhatIsLeft = async () => {
    const [action, text] = JSON.parse(sessionStorage.getItem(LEFT)) || [];
    sessionStorage.removeItem(LEFT);
    if (!form() || action !== form().getAttribute("action")) return;
    const answer = await send(new URLSearchParams(text));
    if (answer.ok) location.reload();
    else document.getElementById("saved").replaceChildren(...parsed(await answer.text()).body.childNodes);
  };

  // The record that is tried stays: in the address, in what is sent, in links to its other pages.
  const stay = () => {
    const box = document.getElementById("f-ticket");
    if (!box) return;
    const number = box.value.trim();
    const within = (href) => {
      const url = new URL(href);
      if (number) url.searchParams.set("ticket", number);
      else url.searchParams.delete("ticket");
      return url.href;
    };
    for (const one of document.querySelectorAll("input[type=hidden][name=ticket]")) one.value = number;
    for (const one of document.querySelectorAll(".tabs a, a[data-tried]")) one.href = within(one.href);
    if (within(location.href) !== location.href) history.replaceState(null, "", within(location.href));
  };

  // The dry run beside the editor.
  let trying = null;
  const refresh = async (anew) => {
    const there = pane();
    if (!there) return;
    stay();
    if (trying) trying.abort();
    const mine = (trying = new AbortController());
    const ticket = document.getElementById("f-ticket");
    const event = document.querySelector("[data-event]");
    const query = new URLSearchParams({ ticket: ticket ? ticket.value.trim() : "", event: event ? event.value : "" });
    if (anew) query.set("anew", "1");
    if (form()) query.set("page", form().elements.page.value);
    there.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`${there.dataset.pane}?${query}`, { headers: { "HX-Request": "true" }, signal: mine.signal });
      const text = await answer.text();
      if (mine.signal.aborted || hasLeft(answer)) return;
      const bringBack = window.isthmus.keepFocus();
      there.replaceChildren(...place(parsed(text)).childNodes);
      if (bringBack) bringBack();
      tell(there);
      window.isthmus.placePicks();
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
  const send = (sent, more) => {
    const headers = { "HX-Request": "true", "X-CSRF": csrf() };
    sent.set("csrf", csrf());
    return fetch(form().getAttribute("action"), { method: "POST", body: sent, headers, ...more });
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
        const answer = await send(body());
        const text = await answer.text();
        isDirty = isDirty || answer.status === 204;
        if (hasLeft(answer)) return;
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
    if (event.target.dataset.event !== undefined) refresh();
    else changed(event);
  });
  let shaped = "";
  document.addEventListener("chosen", (event) => {
    if (event.target.dataset.do === undefined || event.target.form !== form()) return;
    shaped = event.target.name;
    form().requestSubmit(form().querySelector("button[value=save]"));
  });
  window.addEventListener("pagehide", () => {
    if (isDirty && form()) send(body(), { keepalive: true });
  });

  // Buttons change the shape of the form, which comes back whole; what was open stays open.
  let pressed = "";
  let sent = null;
  let typing = null;
  document.addEventListener("submit", (event) => {
    stay();
    if (event.target === form()) {
      clearTimeout(timer);
      isDirty = false;
      pressed = event.submitter ? event.submitter.value : "";
      sent = new FormData(form());
    }
    if (event.target.id === "discard") {
      clearTimeout(timer);
      isDirty = false;
    }
    const record = event.target.closest("[data-try]");
    if (record) {
      event.preventDefault();
      refresh();
    }
  }, true);
  const open = new Set();
  document.addEventListener("toggle", (event) => {
    const kept = event.target.dataset && event.target.dataset.keep;
    if (kept) open[event.target.open ? "add" : "delete"](kept);
  }, true);
  // Where the focus goes after a button: to what it made, or to what took the place of what is gone.
  const following = (did) => {
    const one = (selector) => form().querySelector(selector);
    const last = (selector) => [...form().querySelectorAll(selector)].pop();
    const [name, about = ""] = did.split(":");
    const row = (number, selector = ".target input") => one(`#row-${number + 1} ${selector}`);
    const at = Number(about.split(".")[0]);
    const to = at + (name === "up" ? -1 : 1);
    const [within, part] = [about.slice(0, about.lastIndexOf(".")), Number(about.split(".").pop())];
    const beside = () => {
      const parts = [...form().querySelectorAll(`[data-group="${within}"] > :is(.test, .cond, .field)`)];
      const next = parts[Math.min(part, parts.length - 1)];
      return next ? next.querySelector("input:not([type=hidden]), select, textarea") : one(`[value="test:${within}"]`);
    };
    const ways = {
      add: () => last(".maprow .target input"),
      copy: () => row(at + 1),
      drop: beside,
      fill: () => row(at),
      group: () => last(`[data-group="${about}"] .test input[name$=".field"]`),
      more: () => row(at, ":is(.of tr:last-child input, .of .part:last-of-type input)"),
      remove: () => row(at) || row(at - 1) || one("button[value=add]"),
      rows: () => one(`[value="test:${about}"]`),
      save: () => (about ? last(".owner input") : document.activeElement.form !== form() && one(`[name="${shaped}"]`)),
      test: () => last(`[data-group="${about}"] .test input[name$=".field"]`),
      text: () => one(`[id="k-${about.replace("/", ".")}"]`),
    };
    if (name === "up" || name === "down") return row(to, `button[value="${name}:${to}"]:enabled`) || row(to);
    return name in ways ? ways[name]() : null;
  };
  document.addEventListener("htmx:before:response", (event) => {
    if (event.target !== form()) return;
    const answer = event.detail.ctx.response;
    const was = isDirty;
    isDirty = true;
    if (hasLeft(answer)) {
      event.preventDefault();
      return;
    }
    isDirty = was;
    // Published, and typed on meanwhile: that is kept as a draft of what was published.
    const there = answer.headers.get("HX-Redirect");
    if (!there || !isDirty) return;
    event.preventDefault();
    const made = answer.headers.get("X-Published");
    if (made) form().elements.based_on.value = made;
    save().finally(() => location.assign(there));
  });
  // What a person typed while a choice was on its way is not lost, nor where the caret was.
  document.addEventListener("htmx:before:swap", () => {
    const box = document.activeElement;
    const isIn = pressed === "save" && box.form === form() && box.matches("input[name]:not([type=checkbox]), textarea");
    typing = isIn ? { name: box.name, value: box.value, isNew: box.value !== sent.get(box.name), caret: box.selectionStart } : null;
    since = isPublishing() ? typedSince() : [];
  });
  // Of a form that is refused only after seconds: what was changed in it since it was sent.
  let since = [];
  const isPublishing = () => pressed.split(":")[0] === "publish";
  const typedSince = () => [...form().querySelectorAll("input[name]:not([type=hidden]), select, textarea")]
    .filter((one) => (one.type === "checkbox" ? one.checked !== sent.has(one.name) : one.value !== sent.get(one.name)))
    .map((one) => ({ name: one.name, value: one.value, checked: one.checked, caret: one === document.activeElement ? (one.selectionStart ?? null) : null, isHere: one === document.activeElement }));
  const typeAgain = () => {
    for (const was of since) {
      const box = form().elements[was.name];
      if (!box || !box.matches) continue;
      if (box.type === "checkbox") box.checked = was.checked;
      else box.value = was.value;
      if (was.isHere) box.focus();
      if (was.caret !== null) box.setSelectionRange(was.caret, was.caret);
      box.dispatchEvent(new Event("input", { bubbles: true }));
    }
    since = [];
  };
  // As soon as the form is there, before it settles: a key pressed between the two would be lost.
  document.addEventListener("htmx:before:settle", (event) => {
    if (event.detail.task.type !== "main" || !form() || !pressed) return;
    const did = pressed;
    pressed = "";
    for (const kept of form().querySelectorAll("[data-keep]")) if (open.has(kept.dataset.keep)) kept.open = true;
    const focus = form().querySelector("#trouble") || following(did);
    if (focus) focus.focus();
    const box = document.activeElement;
    if (typing && box.name === typing.name) {
      if (typing.isNew) box.value = typing.value;
      if (typing.caret !== null) box.setSelectionRange(typing.caret, typing.caret);
      if (typing.isNew) box.dispatchEvent(new Event("input", { bubbles: true }));
    }
    typeAgain();
    refresh();
  });

  document.addEventListener("click", (event) => { if (event.target.closest("[data-anew]")) refresh(true); });
  // Enter in a box keeps what is there; it presses no button.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.defaultPrevented || event.target.tagName !== "INPUT") return;
    if (form() && event.target.form === form() && event.target.type !== "checkbox") { event.preventDefault(); isDirty = true; save(); }
  });

  const begin = () => { keepWhatIsLeft(); refresh(); };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
