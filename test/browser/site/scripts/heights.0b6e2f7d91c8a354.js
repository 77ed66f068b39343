/** Hours of a lunar tide from high water to high water. */
const PERIOD_HOURS = 12.42;

const MEAN_METRES = 2.6;

/** How far spring and neap tides go from the mean. */
const RANGES_METRES = { spring: 2.2, neap: 0.9 };

/** The height of the water so many hours after high water. */
export function heightMetres(hoursAfterHighWater, kind) {
  return MEAN_METRES + RANGES_METRES[kind] * Math.cos((2 * Math.PI * hoursAfterHighWater) / PERIOD_HOURS);
}

/** A row for every hour from one high water to the next. */
export function hourlyHeights(kind) {
  const hours = Array.from({ length: Math.ceil(PERIOD_HOURS) }, (_, hour) => hour);
  return hours.map((hour) => ({ hour, metres: heightMetres(hour, kind) }));
}

/** As people on the quay say it. */
export function describe(metres) {
  if (metres > MEAN_METRES + 1) return "boats afloat at every berth";
  if (metres > MEAN_METRES) return "boats afloat at the outer berths";
  if (metres > MEAN_METRES - 1) return "boats aground at the inner berths";
  return "a walk across the harbour";
}
