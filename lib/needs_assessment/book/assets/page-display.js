// Colours and contrast as on the device or as the reader chose. It runs in the head, before
// anything is drawn. The choice is kept where the browser lets a page keep anything.
const DISPLAY_KEY = "needs-assessment-display";
const DISPLAY_MEDIA = {
  colours: { style: "dark", device: "screen and (prefers-color-scheme: dark)", dark: "screen", light: "not all" },
  contrast: { style: "contrast", device: "screen and (prefers-contrast: more)", more: "screen" },
};

function readDisplay() {
  try {
    return JSON.parse(localStorage.getItem(DISPLAY_KEY)) ?? {};
  } catch {
    return {};
  }
}

function keepDisplay(chosen) {
  try {
    localStorage.setItem(DISPLAY_KEY, JSON.stringify(chosen));
  } catch {
    // The choice then holds for this visit.
  }
}

function applyDisplay(chosen) {
  for (const [name, media] of Object.entries(DISPLAY_MEDIA)) {
    document.getElementById(`style-${media.style}`).media = media[chosen[name]] ?? media.device;
  }
}

applyDisplay(readDisplay());
