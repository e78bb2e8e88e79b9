// Pictures that enlarge, and links to headings, pictures and tables that can be copied.

function anchorTo(id, named) {
  const link = make("a", { class: "anchor", href: `#${id}` });
  link.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(link.href);
      say(`Link to ${named} copied.`);
    } catch {
      say("The address of this page now leads here.");
    }
  });
  return link;
}

function labelOf(element) {
  const label = element.querySelector(".caption-label");
  return label ? label.textContent.replace(/[:\s]+$/, "") : "";
}

function enlarge(figure, label) {
  const dialog = document.getElementById("enlarged");
  const picture = figure.querySelector("img").cloneNode();
  const caption = figure.querySelector("figcaption").cloneNode(true);
  caption.querySelector(".caption-label")?.remove();
  dialog.querySelector("h2").textContent = label;
  dialog.querySelector(".enlarged-picture").replaceChildren(picture);
  dialog.querySelector(".enlarged-caption").textContent = caption.textContent;
  dialog.showModal();
  const frame = dialog.querySelector(".enlarged-picture");
  const moves = frame.scrollWidth > frame.clientWidth || frame.scrollHeight > frame.clientHeight;
  for (const [name, value] of [["tabindex", "0"], ["role", "region"], ["aria-label", label]]) {
    if (moves) frame.setAttribute(name, value);
    else frame.removeAttribute(name);
  }
}

for (const section of document.querySelectorAll("main section[id]")) {
  const heading = section.querySelector(":scope > :is(h2, h3, h4, h5)");
  if (!heading) continue;
  const link = anchorTo(section.id, heading.textContent);
  link.setAttribute("aria-label", `Link to ${heading.textContent}`);
  link.textContent = "#";
  heading.after(link);
}

for (const figure of document.querySelectorAll("main figure[id]")) {
  const label = labelOf(figure);
  if (!label) continue;
  const button = make("button", { type: "button", "aria-haspopup": "dialog" }, `Enlarge ${label}`);
  button.addEventListener("click", () => enlarge(figure, label));
  figure.querySelector("img").addEventListener("click", () => button.click());
  const link = anchorTo(figure.id, label);
  link.append(`Link to ${label}`);
  figure.after(make("div", { class: "tools" }, button, link));
}

for (const table of document.querySelectorAll("main table[id]")) {
  const label = labelOf(table);
  if (!label) continue;
  const link = anchorTo(table.id, label);
  link.append(`Link to ${label}`);
  const region = table.closest(".table-scroll");
  const notes = region.nextElementSibling;
  const last = notes?.matches(".table-notes") ? notes : region;
  last.after(make("div", { class: "tools" }, link));
}
