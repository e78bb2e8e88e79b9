// Search in the whole report: an index of its paragraphs, list items, table rows and headings,
// built from the page when the search is first opened, or, where each chapter has a page of its
// own, read from the script that lies beside them.

const SEARCH_SHOWN = 40;
const SEARCH_AROUND = 70;
const SEARCHED = "h2, h3, h4, h5, p, li, tr, caption, figcaption";

// Lower case without accents, letter for letter, so that places in both texts are the same.
function fold(text) {
  return text
    .replace(/[\u00c0-\u024f]/g, (letter) => letter.normalize("NFD")[0])
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/\s/g, " ")
    .toLowerCase();
}

function textOf(block) {
  const parts = block.tagName === "TR" ? [...block.children] : [block];
  const texts = parts.map((part) => part.textContent.replace(/\s+/g, " ").trim());
  return texts.filter(Boolean).join(" · ");
}

function headingOf(section) {
  const heading = section?.querySelector(":scope > :is(h2, h3, h4, h5)");
  return heading ? heading.textContent.replace(/\s+/g, " ").trim() : "";
}

function buildIndex() {
  const index = [];
  for (const block of document.querySelectorAll(`main :is(${SEARCHED})`)) {
    if (block.parentElement.closest(`main :is(${SEARCHED})`) || block.closest(".tools, .turn")) continue;
    const text = textOf(block);
    if (text) index.push({ block, text, folded: fold(text), heading: /^H\d$/.test(block.tagName) });
  }
  return index;
}

// Where a block stands: in words, and as a link.
function placeOf(block) {
  const section = block.closest("section[id]");
  const chapter = block.closest("main > section");
  return {
    place: [...new Set([headingOf(chapter), headingOf(section)])].join(" › "),
    href: `#${section.id}`,
  };
}

// A page opened from a folder may fetch nothing, but may have scripts. One that was taken out of
// its folder is searched alone.
function readIndex(file) {
  return new Promise((resolve) => {
    const script = make("script", { src: file });
    script.addEventListener("load", () => resolve(globalThis.searchIndex.map(entryOf)));
    script.addEventListener("error", () => resolve(buildIndex()));
    document.head.append(script);
  });
}

function entryOf([page, id, place, text, heading]) {
  const here = location.pathname.endsWith(`/${page}`);
  const block = here ? document.getElementById(id) : null;
  return { block, place, href: `${here ? "" : page}#${id}`, text, folded: fold(text), heading };
}

// Where a word begins in the text at or after `from`: "men" is in "Men and women", not in "payment".
function beginsAt(text, word, from = 0) {
  let at = text.indexOf(word, from);
  while (at > 0 && /[\p{L}\p{N}]/u.test(text[at - 1]) && /^[\p{L}\p{N}]/u.test(word)) {
    at = text.indexOf(word, at + 1);
  }
  return at;
}

// As a whole word, one or many of it.
function holdsWhole(text, word) {
  for (let at = beginsAt(text, word); at !== -1; at = beginsAt(text, word, at + 1)) {
    const end = at + word.length;
    if (/^s?(?![\p{L}\p{N}])/u.test(text.slice(end, end + 2))) return true;
  }
  return false;
}

// Blocks in which every word begins a word; first those with the words as typed, then headings,
// then those with whole words.
function findIn(index, query) {
  const whole = fold(query).trim();
  const words = whole.split(" ").filter(Boolean);
  if (whole.length < 2) return [];
  const rank = ({ folded, heading }) =>
    (beginsAt(folded, whole) === -1 ? 0 : 4) +
    (heading ? 2 : 0) +
    (words.every((word) => holdsWhole(folded, word)) ? 1 : 0);
  return index
    .filter((entry) => words.every((word) => beginsAt(entry.folded, word) !== -1))
    .map((entry, order) => ({ ...entry, words, rank: rank(entry), order }))
    .sort((one, other) => other.rank - one.rank || one.order - other.order);
}

// The text around the first word found, with the words marked.
function snippet(found) {
  const first = Math.min(...found.words.map((word) => beginsAt(found.folded, word)));
  const start = Math.max(0, first - SEARCH_AROUND);
  const end = Math.min(found.text.length, first + 2 * SEARCH_AROUND);
  const marks = new Array(end - start).fill(false);
  for (const word of found.words) {
    let at = beginsAt(found.folded, word, start);
    while (at !== -1 && at < end) {
      marks.fill(true, at - start, Math.min(at + word.length, end) - start);
      at = beginsAt(found.folded, word, at + word.length);
    }
  }
  const parts = [start > 0 ? "… " : ""];
  for (let at = start; at < end; ) {
    let next = at + 1;
    while (next < end && marks[next - start] === marks[at - start]) next += 1;
    const piece = found.text.slice(at, next);
    parts.push(marks[at - start] ? make("mark", {}, piece) : piece);
    at = next;
  }
  if (end < found.text.length) parts.push(" …");
  return make("span", { class: "search-words" }, ...parts);
}

function goTo(block) {
  document.querySelector(".found")?.classList.remove("found");
  block.classList.add("found");
  block.setAttribute("tabindex", "-1");
  block.scrollIntoView({ block: "center" });
  block.focus({ preventScroll: true });
}

function resultOf(found, dialog) {
  const { place, href } = found.place ? found : placeOf(found.block);
  const link = make(
    "a",
    { href },
    make("span", { class: "search-place" }, place),
    snippet(found),
  );
  link.addEventListener("click", (event) => {
    dialog.close();
    if (!found.block) return;
    event.preventDefault();
    history.pushState(null, "", link.hash);
    goTo(found.block);
  });
  return make("li", {}, link);
}

function countWords(found) {
  if (found === 0) return "Nothing found. Try fewer words, or the beginning of one.";
  if (found === 1) return "1 place found.";
  return found > SEARCH_SHOWN ? `${found} places found; the first ${SEARCH_SHOWN} follow.` : `${found} places found.`;
}

function startSearch() {
  const dialog = document.getElementById("search");
  const input = dialog.querySelector("input");
  const results = dialog.querySelector(".search-results");
  const file = document.documentElement.dataset.searchIndex;
  let index = null;
  const search = async () => {
    index ??= file ? readIndex(file) : buildIndex();
    const found = findIn(await index, input.value);
    const asked = fold(input.value).trim().length > 1;
    dialog.querySelector(".search-count").textContent = asked ? countWords(found.length) : "";
    results.replaceChildren(...found.slice(0, SEARCH_SHOWN).map((each) => resultOf(each, dialog)));
  };
  input.addEventListener("input", search);
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    results.querySelector("a")?.focus();
  });
}

startSearch();
