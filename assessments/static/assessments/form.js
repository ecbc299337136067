// The assessment form: keeps the decision beside it up to date. Without this file the form works all the same.
"use strict";

(function () {
  const form = document.getElementById("assessment");
  if (!form || !form.dataset.decision) return;
  const panel = document.querySelector("[data-live]");
  const announcement = document.querySelector("[data-announcement]");
  const stale = document.querySelector("[data-stale]");
  let asked = 0;
  let waiting = null;

  const controls = (place) => Array.from(place.querySelectorAll("input, select, textarea"));
  const answered = (place) =>
    controls(place).some((one) => (one.type === "radio" || one.type === "checkbox" ? one.checked : one.tagName !== "SELECT" && one.value));

  function hideWhatDoesNotApply(names) {
    for (const place of form.querySelectorAll("[data-question]")) {
      place.hidden = names.includes(place.dataset.question) && !answered(place) && !place.contains(document.activeElement);
    }
  }

  function applied() {
    const live = panel.querySelector("[data-announce]");
    if (!live) return;
    hideWhatDoesNotApply(live.dataset.notAsked.split(" "));
    if (announcement.textContent !== live.dataset.announce) announcement.textContent = live.dataset.announce;
  }

  async function ask() {
    const mine = ++asked;
    try {
      const answer = await fetch(form.dataset.decision, {
        method: "POST",
        body: new FormData(form),
        credentials: "same-origin",
        redirect: "manual", // to the sign-in: there is nobody here any more
      });
      if (!answer.ok) {
        if (mine === asked) outOfDate(whyNot(answer));
        return;
      }
      const page = await answer.text();
      if (mine !== asked) return;
      panel.innerHTML = page;
      panel.removeAttribute("aria-busy");
      stale.hidden = true;
      applied();
    } catch {
      if (mine === asked) outOfDate("noAnswer");
    }
  }

  function whyNot(answer) {
    if (answer.type === "opaqueredirect" || answer.status === 401) return "signedOut";
    return { 403: "afresh", 404: "elsewhere", 409: "elsewhere" }[answer.status] || "noAnswer";
  }

  // What happened, and what to do: the words stand in the page.
  function outOfDate(reason) {
    panel.removeAttribute("aria-busy");
    stale.textContent = stale.dataset[reason];
    stale.hidden = false;
  }

  function soon() {
    asked += 1; // an answer on its way is out of date already
    panel.setAttribute("aria-busy", "true"); // what is shown is of other answers
    clearTimeout(waiting);
    waiting = setTimeout(ask, 200);
  }

  // "None of these" fills in what it means, so that it can be read before it is recorded.
  function ruleOut(tick) {
    for (const pair of tick.dataset.none.split(" ")) {
      const [name, no] = pair.split("=");
      const place = form.querySelector(`[data-question="${name}"]`);
      if (!place || place.hidden || answered(place)) continue;
      const option = place.querySelector(`input[value="${no}"]`);
      if (option) option.checked = true;
    }
  }

  function takeBackWhatIsContradicted(input) {
    const place = input.closest("[data-question]");
    if (!place || input.type !== "radio") return;
    for (const tick of form.querySelectorAll("[data-none]:checked")) {
      const pairs = tick.dataset.none.split(" ").map((pair) => pair.split("="));
      if (pairs.some(([name, no]) => name === place.dataset.question && no !== input.value)) tick.checked = false;
    }
  }

  form.addEventListener("input", (event) => {
    if (event.target.dataset.none && event.target.checked) ruleOut(event.target);
    else takeBackWhatIsContradicted(event.target);
    soon();
  });

  // A link to a question leads to its first control, whether it is clicked or followed by key.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('.af a[href^="#"]');
    const place = link && document.getElementById(link.getAttribute("href").slice(1));
    if (!place) return;
    const first = place.matches("input, select, textarea") ? place : place.querySelector("fieldset input, input:not([type=hidden])");
    const isQuestion = place.closest("[data-question]") || place.id === "assessor_role";
    const target = isQuestion && first ? first : place;
    event.preventDefault();
    if (place.closest("[data-question]")) place.closest("[data-question]").hidden = false;
    (place.closest(".af-question") || place).scrollIntoView({ block: "start" });
    target.focus({ preventScroll: true });
  });

  // Enter in a line of text would record the whole form; it shows the decision instead.
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input:not([type=submit])")) {
      event.preventDefault();
      clearTimeout(waiting);
      ask();
    }
  });

  applied();
  const summary = document.getElementById("summary");
  if (summary) summary.focus();
})();
