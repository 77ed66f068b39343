document.documentElement.dataset.season = "summer";
