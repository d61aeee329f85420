"use strict";
/* The little that every page needs: no double click, no lost typing, no silent failure. */
(() => {
  const words = document.getElementById("words").dataset;
  const toast = document.getElementById("toast");
  const KEPT = "typed";
  const PATIENCE = 8000; /* ms; an answer that is a download leaves this page standing */
  let dirty = false;

  const say = (text) => {
    toast.textContent = text;
    toast.classList.toggle("d-none", !text);
  };

  /* Forms that change something and hold typed text; `data-plain` marks the others. */
  const guarded = (form) => form.method === "post" && !("plain" in form.dataset);
  const TYPED = "textarea, select, input:not([type=hidden]):not([type=password]):not([type=file])";

  const textOf = (form) =>
    [...form.querySelectorAll(TYPED)].map((field) => [
      field.name,
      field.value,
      field.type === "checkbox" || field.type === "radio" ? field.checked : null,
    ]);

  const fill = (form, kept) => {
    const fields = [...form.querySelectorAll(TYPED)];
    kept.forEach(([name, value, checked], place) => {
      const field = fields[place];
      if (!field || field.name !== name) return;
      if (checked === null) field.value = value;
      else field.checked = checked;
    });
  };

  const newKey = () =>
    [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");

  const here = () => location.pathname + location.search;

  /* What was typed before the session ran out comes back after sign-in. */
  const restore = () => {
    let kept = null;
    try {
      kept = JSON.parse(sessionStorage.getItem(KEPT));
    } catch {
      sessionStorage.removeItem(KEPT);
    }
    if (!kept) return;
    const entrance = document.querySelector("form[data-entrance]");
    if (entrance) {
      const next = entrance.elements.namedItem("next");
      if (next) next.value ||= kept.page;
      return;
    }
    if (kept.page !== here() || !kept.afterSignIn) {
      sessionStorage.removeItem(KEPT);
      return;
    }
    const form = [...document.forms].filter(guarded)[kept.place];
    sessionStorage.removeItem(KEPT);
    if (form) {
      fill(form, kept.text);
      dirty = true;
      say(words.back);
    }
  };

  const keep = (form) => {
    const place = [...document.forms].filter(guarded).indexOf(form);
    const kept = { page: here(), place, text: textOf(form), afterSignIn: false };
    sessionStorage.setItem(KEPT, JSON.stringify(kept));
  };

  const markSignIn = () => {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) || "null");
    if (kept) sessionStorage.setItem(KEPT, JSON.stringify({ ...kept, afterSignIn: true }));
  };

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form || !guarded(form)) return;
    dirty = true;
    if (form.dataset.sent) {
      delete form.dataset.sent;
      const key = form.elements.namedItem("request_key");
      if (key) key.value = newKey(); /* changed since: a new request, not the same one again */
    }
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if ("entrance" in form.dataset) markSignIn();
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.busy) {
      event.preventDefault();
      return;
    }
    form.dataset.busy = form.dataset.sent = "true";
    dirty = false;
    if (guarded(form)) keep(form);
    /* After the browser has collected the values: a disabled button would not be sent. */
    setTimeout(() => setBusy(form, true));
    setTimeout(() => setBusy(form, false), PATIENCE);
  });

  const setBusy = (form, busy) => {
    if (!busy) delete form.dataset.busy;
    form.querySelectorAll("button:not([type=button])").forEach((button) => {
      button.disabled = busy;
    });
  };

  /* The browser's back shows the page as it was left: wake it up. */
  addEventListener("pageshow", () => {
    [...document.forms].forEach((form) => setBusy(form, false));
  });

  addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest("form");
    if (form) setBusy(form, false);
    if (!event.detail.successful) return;
    say("");
    if (form) dirty = false; /* the draft is kept */
  });
  document.addEventListener("htmx:sendError", () => say(words.lost));
  document.addEventListener("htmx:responseError", () => say(words.failed));

  /* The page of the whole list: the button is of use only where scripts run. */
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.classList.remove("d-none");
    button.addEventListener("click", () => print());
  });

  restore();
})();
