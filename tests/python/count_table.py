"""Counts a table of contacts, sharing no code with what it is compared with. Prints one JSON object.

    python3 count_table.py TABLE.csv PRIMARY SECONDARY CHANNEL [CALLER OPENED TIME_FORMAT TZ DAYS]

`counts`: rows by primary reason, secondary reason and channel; `channels`: rows by channel; `without`: rows that tell no
primary reason. With a column of callers and one of times, `repeats`: rows of a caller and reason that come within so many
days of the one before, by the clocks of a zone as POSIX writes it, which needs no table of zones.
"""

import collections
import csv
import json
import os
import re
import sys
import time

MISSING = {"", "?", "n/a", "-"}
DAY_S = 24 * 3600


def told(cell, otherwise):
    """A cell as people read it: no matter how it is spaced and whether it is in capitals."""
    plain = " ".join(cell.split()).lower()
    return otherwise if plain in MISSING else plain


def slug(words):
    return re.sub("[^a-z0-9]+", "_", words.lower()).strip("_")


def main(table, primary, secondary, channel, caller=None, opened=None, form=None, zone=None, days=0):
    if zone:
        os.environ["TZ"] = zone
        time.tzset()
    with open(table, newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    counts, channels = collections.Counter(), collections.Counter()
    without = repeats = 0
    last = {}
    for row in rows:
        where = told(row[channel], "unknown")
        channels[slug(where)] += 1
        first = told(row[primary], None)
        if first is None:
            without += 1
            continue
        second = told(row[secondary], "other")
        counts[f"{slug(first)}/{slug(second)} {slug(where)} {first}/{second}"] += 1
        who = caller and told(row[caller], None)
        if who:
            at = time.mktime(time.strptime(row[opened], form))
            before = last.get((who, first, second))
            if before is not None and at - before <= int(days) * DAY_S:
                repeats += 1
            last[(who, first, second)] = at
    json.dump(
        {"rows": len(rows), "counts": counts, "channels": channels, "without": without, "repeats": repeats}, sys.stdout
    )


main(*sys.argv[1:])
