// Panels over the page: the browser keeps the focus in them, closes them with Escape and gives
// the focus back.

for (const dialog of document.querySelectorAll("dialog")) {
  dialog.querySelector(".close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}

for (const opener of document.querySelectorAll("[data-opens]")) {
  const dialog = document.getElementById(opener.dataset.opens);
  if (opener.tagName === "A") opener.setAttribute("role", "button");
  opener.setAttribute("aria-haspopup", "dialog");
  opener.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.showModal();
  });
  opener.addEventListener("keydown", (event) => {
    if (event.key === " " && opener.tagName === "A") {
      event.preventDefault();
      dialog.showModal();
    }
  });
}

// How to read: what the first chapter says, once more where it is needed. On Quarto's pages of the
// other chapters the words are in the panel from the start.
const reading = document.querySelector('[data-opens="reading"]');
if (reading) {
  const section = document.getElementById(decodeURIComponent(reading.hash.slice(1)));
  const text = document.querySelector(".reading-text");
  for (const part of section?.children ?? []) {
    if (!part.matches("h3, .turn, .anchor")) text.append(part.cloneNode(true));
  }
  for (const part of text.querySelectorAll("[id]")) part.removeAttribute("id");
  document.querySelector(".reading-numbers").hidden = !document.querySelector(".explained");
  text.addEventListener("click", (event) => {
    if (event.target.closest("a")) document.getElementById("reading").close();
  });
}

const displayForm = document.querySelector("#display form");
for (const [name, value] of Object.entries(readDisplay())) {
  const choice = displayForm.querySelector(`[name="${name}"][value="${value}"]`);
  if (choice) choice.checked = true;
}
displayForm.addEventListener("change", () => {
  const chosen = Object.fromEntries(new FormData(displayForm));
  applyDisplay(chosen);
  keepDisplay(chosen);
});
