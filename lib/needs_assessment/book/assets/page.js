// The page is whole without this: it marks the section being read in the contents, keeps headings
// clear of the bar, and takes tables that fit out of the order of the Tab key.
(() => {
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
    if (!section || links.get(section) === current) return;
    if (current) current.removeAttribute("aria-current");
    current = links.get(section);
    current.setAttribute("aria-current", "location");
    const list = document.getElementById("contents");
    const box = current.getBoundingClientRect();
    const frame = list.getBoundingClientRect();
    if (list.scrollHeight > list.clientHeight && (box.top < frame.top || box.bottom > frame.bottom)) {
      list.scrollTop += box.top - frame.top - frame.height / 3;
    }
  }, { rootMargin: "-25% 0px -70% 0px" });
  for (const section of links.keys()) observer.observe(section);

  const regions = document.querySelectorAll(".table-scroll");
  const bar = document.querySelector(".bar");
  const fit = () => {
    document.documentElement.style.setProperty("--bar-height", `${bar.offsetHeight + 16}px`);
    for (const region of regions) {
      if (region.scrollWidth > region.clientWidth) region.setAttribute("tabindex", "0");
      else region.removeAttribute("tabindex");
    }
  };
  fit();
  addEventListener("resize", fit);
})();
