"""Makes the synthetic data files of this course: always the same, from a fixed seed. Run it in this folder."""

from pathlib import Path

import numpy as np

SOURCE = Path(__file__).parent / "source"
DAYS = np.arange("2023-01-01", "2024-01-01", dtype="datetime64[D]")
# Mean of the year, half the distance from winter to summer, day of the warmest week, spread of the weather.
CITIES = {
    "Lisbon": (17.4, 5.9, 214, 2.4),
    "Nairobi": (19.2, 1.6, 60, 1.3),
    "Oslo": (6.6, 11.3, 203, 3.1),
    "Sydney": (18.4, 5.4, 25, 2.2),
}
SPINS, CHANCE_OF_HEADS, SPIN_SEED = 200, 0.59, 19


def temperatures(rng: np.random.Generator) -> str:
    """A year of daily means for each city: a season, weather that lasts some days, and days without a reading."""
    lines = ["date,city,temperature"]
    for city, (mean, swing, warmest, spread) in CITIES.items():
        weather = np.zeros(len(DAYS))
        for day in range(1, len(DAYS)):
            weather[day] = 0.7 * weather[day - 1] + rng.normal(0, spread * 0.71)
        season = mean + swing * np.cos(2 * np.pi * (np.arange(len(DAYS)) - warmest) / 365)
        missing = set(rng.choice(len(DAYS), size=3, replace=False))
        if city == "Nairobi":
            missing |= set(range(67, 76))  # nine days in March: the station was being repaired
        for day, value in enumerate(season + weather):
            lines.append(f"{DAYS[day]},{city},{'' if day in missing else f'{value:.1f}'}")
    return "\n".join(lines) + "\n"


def spins(rng: np.random.Generator) -> str:
    """The spins of a coin that is a little bent."""
    sides = np.where(rng.random(SPINS) < CHANCE_OF_HEADS, "H", "T")
    return "spin,side\n" + "".join(f"{number},{side}\n" for number, side in enumerate(sides, start=1))


if __name__ == "__main__":
    (SOURCE / "temperatures" / "temperatures.csv").write_text(temperatures(np.random.default_rng(20230101)), encoding="utf-8")
    (SOURCE / "coin" / "spins.csv").write_text(spins(np.random.default_rng(SPIN_SEED)), encoding="utf-8")
