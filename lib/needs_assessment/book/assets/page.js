// The page is whole without scripts. This one marks the section being read, names its chapter in
// the bar, keeps headings clear of the bar, takes what fits out of the order of the Tab key and
// unfolds what a link leads to.

// A new element with attributes and children; texts become text, never HTML.
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// Says something to those who use a screen reader.
function say(words) {
  document.getElementById("said").textContent = words;
}

function followReading() {
  const links = new Map();
  for (const link of document.querySelectorAll(".contents a")) {
    const section = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (section) links.set(section, link);
  }
  const visible = new Set();
  let current = null;
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) visible.add(entry.target);
      else visible.delete(entry.target);
    }
    const section = [...links.keys()].filter((one) => visible.has(one)).pop();
    nameChapter(section ? links.get(section.closest("main > section")) : null);
    if (!section || links.get(section) === current) return;
    if (current) current.removeAttribute("aria-current");
    current = links.get(section);
    current.setAttribute("aria-current", "location");
    showInContents(current);
  }, { rootMargin: "-25% 0px -70% 0px" });
  for (const section of links.keys()) observer.observe(section);
}

function nameChapter(link) {
  const place = document.querySelector(".bar-chapter");
  const named = place.firstElementChild;
  place.hidden = !link;
  if (!link || named.hash === link.hash) return;
  named.hash = link.hash;
  named.textContent = link.textContent;
}

function showInContents(link) {
  const list = document.getElementById("contents");
  const box = link.getBoundingClientRect();
  const frame = list.getBoundingClientRect();
  if (list.scrollHeight > list.clientHeight && (box.top < frame.top || box.bottom > frame.bottom)) {
    list.scrollTop += box.top - frame.top - frame.height / 3;
  }
}

// Whether more can be scrolled into sight from the right.
function goesOn(region) {
  return region.scrollLeft + region.clientWidth < region.scrollWidth - 1;
}

// A landmark and a stop of the Tab key only where something has to be scrolled.
function fitToScreen() {
  const bar = document.querySelector(".bar");
  document.documentElement.style.setProperty("--bar-height", `${bar.offsetHeight + 16}px`);
  const regions = [...document.querySelectorAll("main .table-scroll, main .figure-scroll")];
  const wide = regions.map((region) => region.scrollWidth > region.clientWidth);
  const unseen = regions.map(goesOn);
  regions.forEach((region, index) => {
    region.setAttribute("role", wide[index] ? "region" : "group");
    if (wide[index]) region.setAttribute("tabindex", "0");
    else region.removeAttribute("tabindex");
    region.classList.toggle("goes-on", unseen[index]);
  });
}

// What a link leads to is open, not folded away.
function unfold() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target?.matches("details")) target.open = true;
}

for (const scripted of document.querySelectorAll(".scripted")) scripted.hidden = false;
followReading();
fitToScreen();
addEventListener("resize", fitToScreen);
document.addEventListener("scroll", (event) => {
  const region = event.target;
  if (region.matches?.(".table-scroll")) region.classList.toggle("goes-on", goesOn(region));
}, { capture: true, passive: true });
unfold();
addEventListener("hashchange", unfold);
