// A batch that is being read keeps its figures up to date by itself.
"use strict";
(() => {
  const place = document.getElementById("progress");
  if (!place || !place.dataset.live) return;
  const stream = new EventSource(place.dataset.live);
  const say = (text) => { const words = place.querySelector("[data-connection]"); if (words) words.textContent = text; };
  stream.addEventListener("progress", (event) => { place.innerHTML = event.data; say(place.dataset.isLive); });
  stream.addEventListener("troubled", () => location.reload());
  stream.addEventListener("finished", () => { stream.close(); location.reload(); });
  stream.addEventListener("error", () => say(place.dataset.stale));
})();
