// Airflow's theme, where it is not the system's: `light`, `dark` or `system`.
function takeTheme() {
  document.documentElement.dataset.theme = localStorage.getItem("theme") ?? "system";
}
takeTheme();
addEventListener("storage", takeTheme);

// Airflow shows the pages in a frame that may not leave itself: links to Airflow's own pages are followed outside it.
addEventListener("click", (click) => {
  const link = click.target.closest("a[target=_top]");
  if (link && window.parent !== window) {
    click.preventDefault();
    const outside = window.parent.document.createElement("a");
    outside.href = link.href;
    outside.click();
  }
});

// While a run goes on, what is said of it is asked for anew; once it has ended, so is the whole page.
async function refresh() {
  const live = document.getElementById("live");
  if (!live?.dataset.refresh) {
    return;
  }
  setTimeout(refresh, 1000 * live.dataset.refresh);
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok) {
    return;
  }
  const latest = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
  if (!latest.dataset.refresh) {
    location.reload();
  } else if (!live.contains(document.activeElement)) {
    live.innerHTML = latest.innerHTML;
  }
}
addEventListener("load", () => setTimeout(refresh, 1000 * (document.getElementById("live")?.dataset.refresh ?? 0)));
