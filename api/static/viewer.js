// The page image: zoom, turn, and the boxes of what was searched for.
"use strict";
(() => {
  const place = document.getElementById("picture");
  if (!place || !window.OpenSeadragon) return;
  place.querySelectorAll("noscript").forEach((element) => element.remove());
  const [wide, tall] = (place.dataset.size || "0,0").split(",").map(Number);
  // Pixels; drawn smaller on the server a page is sharper than shrunk by the browser, and sooner there.
  // The thumbnail is here already and stands in until then.
  const smaller = [160, 800, 1200].filter((width) => wide > width * 1.25);
  const level = (width) => ({ url: `${place.dataset.image}?width=${width}`, width, height: Math.round((tall * width) / wide) });
  const source = smaller.length
    ? { type: "legacy-image-pyramid", levels: [...smaller.map(level), { url: place.dataset.image, width: wide, height: tall }] }
    : { type: "image", url: place.dataset.image };
  const viewer = OpenSeadragon({
    element: place,
    tileSources: source,
    drawer: "canvas",
    showNavigationControl: false,
    showNavigator: false,
    visibilityRatio: 0.4,
    minZoomImageRatio: 0.8,
    maxZoomPixelRatio: 3,
    animationTime: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 0.4,
    gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
    crossOriginPolicy: false,
  });
  let page = null; // { width, height, boxes } in pixels of the upright master image
  let current = -1;
  let lineBox = null;

  const rectangle = (box) => {
    const scale = 1 / page.width;
    return new OpenSeadragon.Rect(box[0] * scale, box[1] * scale, (box[2] - box[0]) * scale, (box[3] - box[1]) * scale);
  };
  const element = (name) => { const made = document.createElement("div"); made.className = name; return made; };

  function goTo(box) {
    const wide = rectangle(box);
    const roomy = new OpenSeadragon.Rect(Math.max(0, wide.x - 0.2), Math.max(0, wide.y - 0.12), Math.max(wide.width + 0.4, 0.5), wide.height + 0.24);
    viewer.viewport.fitBoundsWithConstraints(roomy);
  }
  function nextHit() {
    if (!page || !page.boxes.length) return;
    current = (current + 1) % page.boxes.length;
    document.querySelectorAll(".hitbox").forEach((box, index) => box.classList.toggle("now", index === current));
    goTo(page.boxes[current].box);
  }
  function showLine(line) {
    if (!page) return;
    document.querySelectorAll(".line.on").forEach((other) => other.classList.remove("on"));
    line.classList.add("on");
    const box = line.dataset.box.split(",").map(Number);
    if (lineBox) viewer.removeOverlay(lineBox);
    lineBox = element("linebox");
    viewer.addOverlay({ element: lineBox, location: rectangle(box) });
    goTo(box);
  }

  const opened = new Promise((resolve) => viewer.addHandler("open", resolve));
  const failed = () => {
    if (place.querySelector(".failed")) return;
    const words = element("failed");
    words.textContent = place.dataset.failed;
    place.append(words);
  };
  viewer.addHandler("open-failed", failed);
  viewer.addHandler("tile-load-failed", failed);
  Promise.all([opened, fetch(place.dataset.boxes, { headers: { Accept: "application/json" } }).then((answer) => answer.ok ? answer.json() : null)])
    .then(([, found]) => {
      if (!found || !found.width) return;
      page = found;
      for (const { box } of page.boxes) viewer.addOverlay({ element: element("hitbox"), location: rectangle(box) });
      place.dataset.ready = String(page.boxes.length);
    })
    .catch(() => { place.dataset.ready = "0"; });

  const tools = {
    in: () => viewer.viewport.zoomBy(1.5).applyConstraints(),
    out: () => viewer.viewport.zoomBy(1 / 1.5).applyConstraints(),
    fit: () => viewer.viewport.goHome(),
    turn: () => viewer.viewport.setRotation((viewer.viewport.getRotation() + 90) % 360),
    full: () => (document.fullscreenElement ? document.exitFullscreen() : place.parentElement.requestFullscreen()),
    hit: nextHit,
  };
  document.querySelector(".tools").hidden = false;
  document.querySelectorAll("[data-tool]").forEach((button) => button.addEventListener("click", tools[button.dataset.tool]));
  document.querySelectorAll(".line[data-box]").forEach((line) => line.addEventListener("click", () => { if (!String(getSelection())) showLine(line); }));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    const tool = { "+": "in", "=": "in", "-": "out", 0: "fit", h: "hit" }[event.key];
    if (tool) { event.preventDefault(); tools[tool](); }
  }, true);
  const here = document.querySelector(".strip [aria-current]");
  if (here) here.scrollIntoView({ block: "center", inline: "center" });
})();
