// Numbers explain themselves: pointed at, tapped or focused, a number shows what stands behind it.
// The same stands in the annex, where its link leads without scripts.

const HOVER_DELAY = 250;

function startNumbers() {
  const data = document.getElementById("explanations");
  const panel = document.getElementById("number");
  if (!data || !document.querySelector(".explained")) return;
  const explanations = JSON.parse(data.textContent);
  const close = panel.querySelector(".close");
  let current = null; // the link whose number is shown
  let pinned = false; // it stays until it is closed
  let timer = 0;

  function fill(link) {
    const about = explanations[link.parentElement.dataset.id];
    panel.querySelector(".number-name").textContent = about.name;
    panel.querySelector(".number-shown").textContent = about.shown;
    const lines = about.lines.map(([label, text]) =>
      make("div", {}, make("dt", {}, label), make("dd", {}, text)));
    panel.querySelector("dl").replaceChildren(...lines);
    panel.querySelector(".number-more a").href = link.getAttribute("href");
  }

  // Below or above the number, where there is more room. On a narrow screen the panel lies at the
  // foot, and the page moves when it would cover the number.
  function place(link) {
    const box = link.getClientRects()[0] ?? link.getBoundingClientRect();
    if (matchMedia("(max-width: 40rem)").matches) {
      panel.removeAttribute("style");
      const covered = box.bottom + 12 - panel.getBoundingClientRect().top;
      if (covered > 0) scrollBy(0, covered);
      return;
    }
    const under = innerHeight - box.bottom - 16;
    const over = box.top - document.querySelector(".bar").getBoundingClientRect().bottom - 16;
    panel.style.maxHeight = "";
    const below = panel.offsetHeight <= under || under >= over;
    panel.style.maxHeight = `${Math.min(panel.offsetHeight, Math.max(under, over, 120))}px`;
    const left = Math.min(box.left, document.documentElement.clientWidth - panel.offsetWidth - 8);
    panel.style.top = `${below ? box.bottom + 8 : box.top - 8 - panel.offsetHeight}px`;
    panel.style.left = `${Math.max(8, left)}px`;
  }

  function open(link, stays) {
    clearTimeout(timer);
    if (current && current !== link) hide();
    pinned = stays || (pinned && current === link);
    if (current === link) return;
    current = link;
    fill(link);
    panel.hidden = false;
    panel.showPopover?.();
    panel.scrollTop = 0;
    place(link);
    link.setAttribute("aria-expanded", "true");
  }

  function hide() {
    clearTimeout(timer);
    if (!current) return;
    current.setAttribute("aria-expanded", "false");
    current = null;
    pinned = false;
    panel.hidePopover?.();
    panel.hidden = true;
  }

  function hideAndReturn() {
    const link = current;
    const back = panel.contains(document.activeElement);
    hide();
    if (back) {
      link.focus();
      hide();
    }
  }

  function later(action) {
    clearTimeout(timer);
    timer = setTimeout(action, HOVER_DELAY);
  }

  for (const link of document.querySelectorAll(".explained")) {
    link.setAttribute("aria-haspopup", "dialog");
    link.setAttribute("aria-expanded", "false");
  }

  document.addEventListener("pointerover", (event) => {
    if (event.pointerType !== "mouse" || pinned) return;
    const link = event.target.closest?.(".explained");
    if (link) later(() => open(link, false));
    else if (current && !panel.contains(event.target)) later(hide);
    else clearTimeout(timer);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".explained");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      const again = pinned && current === link;
      if (again) {
        hide();
        return;
      }
      open(link, true);
      // A click without a pointer is the Enter key.
      if (event.detail === 0) panel.focus();
    } else if (current && !panel.contains(event.target)) {
      hide();
    }
  });
  document.addEventListener("focusin", (event) => {
    const link = event.target.closest(".explained");
    if (link && link.matches(":focus-visible")) open(link, false);
    else if (current && event.target !== current && !panel.contains(event.target)) hide();
  });
  document.addEventListener("keydown", (event) => {
    if (!current) return;
    if (event.key === "Escape") {
      event.preventDefault();
      hideAndReturn();
    }
    // The panel lies at the end of the page: Tab goes on from the number.
    const ends = event.shiftKey
      ? [panel, panel.querySelector("a")].includes(document.activeElement)
      : document.activeElement === close;
    if (event.key === "Tab" && ends) {
      const link = current;
      hide();
      link.focus();
      hide();
    }
  });
  addEventListener("scroll", () => {
    if (!current) return;
    const box = current.getBoundingClientRect();
    const seen = box.bottom > 0 && box.top < innerHeight;
    const held = pinned || document.activeElement === current;
    if (seen && held) place(current);
    else if (!panel.matches(":hover, :focus-within")) hide();
  }, { passive: true });
  addEventListener("resize", hide);
  close.addEventListener("click", hideAndReturn);
  panel.querySelector(".number-more a").addEventListener("click", hide);
}

startNumbers();
