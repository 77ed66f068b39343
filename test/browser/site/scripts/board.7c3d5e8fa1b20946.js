import { describe, hourlyHeights } from "./heights.0b6e2f7d91c8a354.js";

const rows = hourlyHeights("spring").map(({ hour, metres }) => {
  const row = document.createElement("tr");
  for (const text of [`${hour} h`, `${metres.toFixed(1)} m`, describe(metres)]) {
    row.append(Object.assign(document.createElement("td"), { textContent: text }));
  }
  return row;
});
document.querySelector("#heights tbody").replaceChildren(...rows);
