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
