// The columns of a dataset: searched as one types, and what was changed is counted in its group.
"use strict";

(() => {
  const form = document.getElementById("columns");
  if (!form) return;
  const groups = [...form.querySelectorAll(".group-of")];
  const was = new Map(groups.map((group) => [group, group.open]));
  form.querySelector("[data-script]").hidden = false;

  const seek = form.querySelector("#seek");
  const search = () => {
    const text = seek.value.trim().toLowerCase();
    let found = 0;
    for (const group of groups) {
      let here = 0;
      for (const row of group.querySelectorAll("tr[data-name]")) {
        row.hidden = !row.dataset.name.includes(text);
        here += !row.hidden;
      }
      group.hidden = !here;
      group.open = text ? here > 0 : was.get(group);
      found += here;
    }
    form.querySelector("#found").textContent = text ? (found === 1 ? "1 column" : `${found || "No"} columns`) : "";
  };
  seek.addEventListener("input", search);
  seek.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });

  form.addEventListener("change", (event) => {
    const group = event.target.closest(".group-of");
    if (!group) return;
    const changed = [...group.querySelectorAll("input[name=keep]")].filter((one) => one.checked !== one.defaultChecked).length;
    group.querySelector("[data-changed]").textContent = changed ? `${changed} changed, not saved yet` : "";
    was.set(group, was.get(group) || changed > 0);
  });
})();
