// The page image beside a form: shows a page, pans to a place on it, boxes it. Places are shares of the page's width.
"use strict";
window.pageView = (() => {
  const place = document.getElementById("picture");
  if (!place || !window.OpenSeadragon) return null;
  place.querySelectorAll("noscript").forEach((element) => element.remove());
  const pages = JSON.parse(place.dataset.pages);
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const links = [...document.querySelectorAll(".strip [data-page]")];
  let current = Math.max(0, links.findIndex((link) => link.hasAttribute("aria-current")));
  let boxes = []; // { element, rect } on the page that is shown
  let wanted = null; // where to go once a page is there

  const source = ({ id, width, height }) => {
    const image = `/pages/${id}/image`;
    const smaller = [160, 800, 1200].filter((one) => width > one * 1.25);
    const level = (one) => ({ url: `${image}?width=${one}`, width: one, height: Math.round((height * one) / width) });
    return smaller.length ? { type: "legacy-image-pyramid", levels: [...smaller.map(level), { url: image, width, height }] } : { type: "image", url: image };
  };
  const viewer = OpenSeadragon({
    element: place, tileSources: source(pages[current]), drawer: "canvas", showNavigationControl: false, showNavigator: false,
    visibilityRatio: 0.4, minZoomImageRatio: 0.8, maxZoomPixelRatio: 3, animationTime: calm ? 0 : 0.25, springStiffness: 9,
    gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true }, crossOriginPolicy: false, keyboardNavEnabled: false,
  });
  viewer.innerTracker.keyHandler = null;
  viewer.innerTracker.keyDownHandler = null;
  place.querySelectorAll("[tabindex]").forEach((element) => element.setAttribute("tabindex", "-1"));

  const rect = ([x, y, w, h]) => new OpenSeadragon.Rect(x, y, w, h);
  function drop() {
    boxes.forEach((element) => viewer.removeOverlay(element));
    boxes = [];
  }
  function box(spots, kind) {
    drop();
    for (const spot of spots) {
      const element = document.createElement("div");
      element.className = kind;
      viewer.addOverlay({ element, location: rect(spot) });
      boxes.push(element);
    }
  }
  function tall() { return pages[current].width ? pages[current].height / pages[current].width : 1.414; }

  // Shows all of `spots` with some room around, never closer than a third of the page's width.
  function go(spots, { room = 0.1, least = 0.42 } = {}) {
    const left = Math.min(...spots.map((spot) => spot[0])), top = Math.min(...spots.map((spot) => spot[1]));
    const right = Math.max(...spots.map((spot) => spot[0] + spot[2])), bottom = Math.max(...spots.map((spot) => spot[1] + spot[3]));
    const wide = Math.max(right - left + room, least), high = Math.max(bottom - top + room, 0.16);
    const x = Math.min(Math.max((left + right - wide) / 2, -0.02), Math.max(0, 1.02 - wide));
    const y = Math.max((top + bottom - high) / 2, -0.02);
    viewer.viewport.fitBoundsWithConstraints(new OpenSeadragon.Rect(x, y, wide, high), calm);
  }
  function settle() {
    if (!wanted) return;
    const { spots, kind, options } = wanted;
    wanted = null;
    box(spots, kind);
    if (spots.length) go(spots, options);
    place.dataset.shown = String(spots.length);
  }
  viewer.addHandler("open", () => { place.dataset.ready = pages[current].id; settle(); });
  const failed = () => {
    if (place.querySelector(".failed")) return;
    const words = document.createElement("div");
    words.className = "failed";
    words.textContent = place.dataset.failed;
    place.append(words);
  };
  viewer.addHandler("open-failed", failed);
  viewer.addHandler("tile-load-failed", failed);

  function show(index) {
    if (index < 0 || index >= pages.length || index === current) return false;
    current = index;
    drop();
    delete place.dataset.ready;
    links.forEach((link, at) => (at === index ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current")));
    if (links[index]) links[index].scrollIntoView({ block: "nearest", inline: "nearest" });
    place.querySelectorAll(".failed").forEach((element) => element.remove());
    viewer.open(source(pages[index]));
    document.dispatchEvent(new CustomEvent("page-shown", { detail: pages[index] }));
    return true;
  }
  const number = (id) => pages.findIndex((page) => page.id === id);
  // spots: [[page, x, y, w, h], ...]; those on the first one's page are shown.
  function look(spots, kind = "spot", options = {}) {
    const page = spots.length ? number(spots[0][0]) : -1;
    if (page < 0) { drop(); return; }
    wanted = { spots: spots.filter((spot) => spot[0] === spots[0][0]).map((spot) => spot.slice(1)), kind, options };
    if (!show(page) && place.dataset.ready) settle();
  }
  // A region of a page in shares of its width and height, where nothing was found to box.
  function region([x0, y0, x1, y1], last) {
    const page = last ? pages.length - 1 : 0;
    const aim = () => {
      const height = tall();
      wanted = { spots: [], kind: "spot", options: {} };
      drop();
      go([[x0, y0 * height, x1 - x0, (y1 - y0) * height]], { room: 0.02, least: 0.5 });
      wanted = null;
    };
    if (show(page)) viewer.addOnceHandler("open", aim);
    else if (place.dataset.ready) aim();
    else viewer.addOnceHandler("open", aim);
  }
  const tools = {
    in: () => viewer.viewport.zoomBy(1.4).applyConstraints(),
    out: () => viewer.viewport.zoomBy(1 / 1.4).applyConstraints(),
    fit: () => viewer.viewport.goHome(),
    turn: () => viewer.viewport.setRotation((viewer.viewport.getRotation() + 90) % 360),
  };
  document.querySelectorAll(".tools").forEach((bar) => { bar.hidden = false; });
  document.querySelectorAll("[data-tool]").forEach((button) => button.addEventListener("click", () => tools[button.dataset.tool]()));
  links.forEach((link, index) => link.addEventListener("click", (event) => { if (event.ctrlKey || event.metaKey) return; event.preventDefault(); show(index); }));
  if (links[current]) links[current].scrollIntoView({ block: "nearest", inline: "center" });
  return { viewer, pages, look, region, show, tools, drop, box, rect, step: (by) => show(current + by), get page() { return pages[current]; } };
})();
