"use strict";
(() => {
  const root = document.documentElement;
  const each = (selector, act) => document.querySelectorAll(selector).forEach(act);

  each("[data-language]", (button) => button.addEventListener("click", () => {
    root.lang = button.dataset.language;
    each("[data-language]", (other) => other.setAttribute("aria-pressed", String(other === button)));
  }));

  // What is folded away on screen belongs on paper.
  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    folded.forEach((part) => { part.open = true; });
  });
  window.addEventListener("afterprint", () => folded.forEach((part) => { part.open = false; }));

  const audio = document.querySelector("audio");
  if (!audio) return;
  const player = document.querySelector(".player");
  const picture = player.querySelector("svg");
  const playhead = player.querySelector(".playhead");
  const position = player.querySelector(".position");
  const follow = document.querySelector(".follow");
  const duration = Number(player.dataset.duration || 0);
  const turns = [...document.querySelectorAll(".turn[data-start]")];
  let current = null;

  const clock = (ms) => {
    const tenths = Math.floor(ms / 100);
    const two = (n) => String(n).padStart(2, "0");
    return `${two(Math.floor(tenths / 600))}:${two(Math.floor(tenths / 10) % 60)}.${tenths % 10}`;
  };

  const seek = (ms, play) => {
    audio.currentTime = ms / 1000;
    if (play) audio.play().catch(() => {});
    draw();
  };

  const draw = () => {
    const ms = audio.currentTime * 1000;
    if (playhead && duration) {
      const x = `${Math.min(100, (100 * ms) / duration)}%`;
      playhead.setAttribute("x1", x);
      playhead.setAttribute("x2", x);
    }
    if (position) {
      position.value = String(ms);
      position.setAttribute("aria-valuetext", clock(ms));
    }
    const begun = ms > 0 || !audio.paused;
    const now = (begun && turns.find((turn) => ms >= Number(turn.dataset.start) && ms < Number(turn.dataset.end))) || null;
    if (now === current) return;
    if (current) current.removeAttribute("aria-current");
    if (now) now.setAttribute("aria-current", "true");
    current = now;
    if (now && follow && follow.checked) now.scrollIntoView({ block: "center", behavior: "auto" });
  };

  document.addEventListener("click", (event) => {
    const timed = event.target.closest("[data-seek]");
    if (timed) {
      event.preventDefault();
      seek(Number(timed.dataset.seek), true);
    } else if (picture && duration && event.target.closest("svg") && picture.contains(event.target)) {
      const box = picture.getBoundingClientRect();
      seek((duration * (event.clientX - box.left)) / box.width, true);
    }
  });
  if (position) position.addEventListener("input", () => seek(Number(position.value), false));
  ["timeupdate", "seeked", "loadedmetadata"].forEach((name) => audio.addEventListener(name, draw));
})();
