// How the page looks: dark or light, what is opened for paper, and links that keep the address.
"use strict";

const ftguardData = JSON.parse(document.getElementById("data").textContent);

(() => {
  const root = document.documentElement;
  const button = document.getElementById("look");
  const looks = ["", "light", "dark"];
  const names = { "": "as your system", light: "light", dark: "dark" };
  let drawer = null;
  try {
    drawer = window.localStorage;
  } catch {
    // A browser that stores nothing forgets the look.
  }

  function wear(look) {
    if (look) root.dataset.look = look;
    else delete root.dataset.look;
    button.querySelector("span").textContent = names[look];
    try {
      drawer?.setItem("ftguard-look", look);
    } catch {
      // So does one that is full.
    }
  }

  let stored = "";
  try {
    stored = drawer?.getItem("ftguard-look") ?? "";
  } catch {
    // Neither may be read.
  }
  wear(looks.includes(stored) ? stored : "");
  button.hidden = false;
  button.addEventListener("click", () => {
    wear(looks[(looks.indexOf(root.dataset.look ?? "") + 1) % looks.length]);
  });

  // The address holds the limits that were moved: a link within the page must not replace them.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const there = link && document.getElementById(link.getAttribute("href").slice(1));
    if (!there || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    there.scrollIntoView();
    there.setAttribute("tabindex", "-1");
    there.focus({ preventScroll: true });
  });

  const closed = [];
  window.addEventListener("beforeprint", () => {
    for (const each of document.querySelectorAll("details:not([open], [data-limits], .row)")) {
      each.open = true;
      closed.push(each);
    }
  });
  window.addEventListener("afterprint", () => {
    for (const each of closed.splice(0)) each.open = false;
  });
})();
