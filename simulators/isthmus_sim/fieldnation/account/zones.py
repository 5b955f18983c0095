"""Which time zone a place has, and where it roughly lies: by state or province."""

STATES: dict[str, tuple[str, float, float]] = {
    "AL": ("America/Chicago", 32.8, -86.8), "AK": ("America/Anchorage", 61.4, -152.4),
    "AZ": ("America/Phoenix", 33.7, -111.4), "AR": ("America/Chicago", 35.0, -92.4),
    "CA": ("America/Los_Angeles", 36.1, -119.7), "CO": ("America/Denver", 39.1, -105.3),
    "CT": ("America/New_York", 41.6, -72.8), "DE": ("America/New_York", 39.3, -75.5),
    "DC": ("America/New_York", 38.9, -77.0), "FL": ("America/New_York", 27.8, -81.7),
    "GA": ("America/New_York", 33.0, -83.6), "HI": ("Pacific/Honolulu", 21.1, -157.5),
    "ID": ("America/Boise", 44.2, -114.5), "IL": ("America/Chicago", 40.3, -89.0),
    "IN": ("America/Indiana/Indianapolis", 39.8, -86.3), "IA": ("America/Chicago", 42.0, -93.2),
    "KS": ("America/Chicago", 38.5, -96.7), "KY": ("America/New_York", 37.7, -84.7),
    "LA": ("America/Chicago", 31.2, -91.9), "ME": ("America/New_York", 44.7, -69.4),
    "MD": ("America/New_York", 39.1, -76.8), "MA": ("America/New_York", 42.2, -71.5),
    "MI": ("America/Detroit", 43.3, -84.5), "MN": ("America/Chicago", 45.7, -93.9),
    "MS": ("America/Chicago", 32.7, -89.7), "MO": ("America/Chicago", 38.5, -92.3),
    "MT": ("America/Denver", 46.9, -110.5), "NE": ("America/Chicago", 41.1, -98.3),
    "NV": ("America/Los_Angeles", 38.3, -117.1), "NH": ("America/New_York", 43.5, -71.6),
    "NJ": ("America/New_York", 40.3, -74.5), "NM": ("America/Denver", 34.8, -106.2),
    "NY": ("America/New_York", 42.2, -74.9), "NC": ("America/New_York", 35.6, -79.8),
    "ND": ("America/Chicago", 47.5, -99.8), "OH": ("America/New_York", 40.4, -82.8),
    "OK": ("America/Chicago", 35.6, -96.9), "OR": ("America/Los_Angeles", 44.6, -122.1),
    "PA": ("America/New_York", 40.6, -77.2), "RI": ("America/New_York", 41.7, -71.5),
    "SC": ("America/New_York", 33.9, -80.9), "SD": ("America/Chicago", 44.3, -99.4),
    "TN": ("America/Chicago", 35.7, -86.7), "TX": ("America/Chicago", 31.1, -97.6),
    "UT": ("America/Denver", 40.2, -111.9), "VT": ("America/New_York", 44.0, -72.7),
    "VA": ("America/New_York", 37.8, -78.2), "WA": ("America/Los_Angeles", 47.4, -121.5),
    "WV": ("America/New_York", 38.5, -80.9), "WI": ("America/Chicago", 44.3, -89.6),
    "WY": ("America/Denver", 42.8, -107.3), "PR": ("America/Puerto_Rico", 18.2, -66.6),
    "AB": ("America/Edmonton", 53.9, -116.6), "BC": ("America/Vancouver", 53.7, -127.6),
    "MB": ("America/Winnipeg", 53.8, -98.8), "NB": ("America/Moncton", 46.5, -66.2),
    "NL": ("America/St_Johns", 53.1, -57.7), "NS": ("America/Halifax", 44.7, -63.7),
    "ON": ("America/Toronto", 51.3, -85.3), "PE": ("America/Halifax", 46.5, -63.4),
    "QC": ("America/Toronto", 52.9, -73.5), "SK": ("America/Regina", 52.9, -106.5),
}  # fmt: skip
"""State -> IANA zone of most of it, latitude, longitude. Source: public facts."""

ZONE_IDS = {zone: number for number, zone in enumerate(sorted({s[0] for s in STATES.values()}), 1)}
"""IANA zone -> Field Nation's number for it; the numbers are ours."""
ZONE_OF = {number: zone for zone, number in ZONE_IDS.items()}
