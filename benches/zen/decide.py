#!/usr/bin/env python3
"""One decision by zen (GoRules' engine) on the table that the bench `decide` has: 200 rows, of which 12 can apply.

    cargo build --release -p signpost-benches --bin decide
    python3 -m venv target/zen && target/zen/bin/pip install -r benches/zen/requirements.txt
    target/zen/bin/python benches/zen/decide.py

The rows have the columns of the bench's rules: reason, tier, channel and the six conditions, each of which 6 of the 12
rows that can apply carry. All rows that hold are collected, as Signpost collects the rules that fire. The time is zen's
own (`performance`), so that Python costs it nothing; the fastest of many counts. The bench `decide` is run in the same
call and both are printed side by side: Signpost's figure has costs, ranking and explanation in it, zen's the table alone.
"""

import json
import pathlib
import re
import subprocess
import sys

import zen

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROUNDS = 20_000
COLUMNS = ["reason", "tier", "channel", "asked_for_person", "contacts_7d", "departs_in_hours", "repeats", "sentiment",
           "amount", "language"]
CONDITIONS = [
    {"asked_for_person": "true"},
    {"contacts_7d": ">= 2"},
    {"departs_in_hours": "< 24"},
    {"repeats": ">= 1", "sentiment": "< -20"},
    {"amount": ">= 250"},
    {"language": "'nl'"},
]
CONTACT = {"reason": "reason_0", "tier": "gold", "channel": "web_chat", "asked_for_person": False, "contacts_7d": 3,
           "departs_in_hours": 1, "repeats": 1, "sentiment": -40, "amount": 300, "language": "nl"}


def rows():
    for rule in range(12):
        column, value = [("reason", "reason_0"), ("tier", "gold"), ("channel", "web_chat")][rule % 3]
        cells = {column: f"'{value}'"}
        if rule < len(CONDITIONS):
            cells.update(CONDITIONS[rule])
        yield f"applies_{rule}", cells, ["prefer_chat", "need", "forbid_message"][rule % 3]
    for rule in range(12, 200):
        yield f"other_{rule}", {"reason": f"'reason_{1 + rule % 7}'", "tier": f"'{['silver', 'standard'][rule % 2]}'"}, "need"


def table():
    inputs = [{"id": name, "name": name, "field": name} for name in COLUMNS]
    outputs = [{"id": name, "name": name, "field": name} for name in ("rule", "effect")]
    rules = []
    for rule, cells, effect in rows():
        row = {"_id": rule, **{name: cells.get(name, "") for name in COLUMNS}}
        rules.append({**row, "rule": f"'{rule}'", "effect": f"'{effect}'"})
    content = {"hitPolicy": "collect", "inputs": inputs, "outputs": outputs, "rules": rules}
    nodes = [
        {"id": "in", "type": "inputNode", "name": "contact", "position": {"x": 0, "y": 0}},
        {"id": "table", "type": "decisionTableNode", "name": "rules", "content": content, "position": {"x": 1, "y": 0}},
        {"id": "out", "type": "outputNode", "name": "fired", "position": {"x": 2, "y": 0}},
    ]
    edges = [{"id": "a", "type": "edge", "sourceId": "in", "targetId": "table"},
             {"id": "b", "type": "edge", "sourceId": "table", "targetId": "out"}]
    return json.dumps({"nodes": nodes, "edges": edges})


def microseconds(text):
    number, unit = re.fullmatch(r"([0-9.]+)(ns|µs|us|ms|s)", text).groups()
    return float(number) * {"ns": 0.001, "µs": 1, "us": 1, "ms": 1_000, "s": 1_000_000}[unit]


def main():
    decision = zen.ZenEngine().create_decision(table())
    first = decision.evaluate(CONTACT)
    fired = [row["rule"] for row in first["result"]]
    # Of the twelve the first alone does not hold: nobody asked for a person.
    expected = [f"applies_{rule}" for rule in range(1, 12)]
    if fired != expected:
        sys.exit(f"zen fired {fired}, not {expected}")
    fastest = min(microseconds(decision.evaluate(CONTACT)["performance"]) for _ in range(ROUNDS))
    bench = ROOT / "target/release/decide"
    if not bench.exists():
        sys.exit("build the bench first: cargo build --release -p signpost-benches --bin decide")
    printed = subprocess.run([bench], check=True, capture_output=True, text=True).stdout
    ours = float(re.search(r"([0-9.]+) µs", printed).group(1))
    print(printed.rstrip())
    print(f"zen, 200 rows, by its own clock: {fastest:.2f} µs, {fastest / ours:.1f} times as long")


if __name__ == "__main__":
    main()
