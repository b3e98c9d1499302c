"""Verify Key-Net's audit log. Needs nothing but Python 3; read it before you trust it.

    python3 verify.py FILE [POSITION DIGEST]...

FILE is what `flask verify-audit --export FILE` wrote: one JSON object a line, {"position", "digest", "event"}, in the order of positions.
The digest of a line is SHA-256, in hex, over the digest of the line before (64 zeros before the first), a line feed, and the event as JSON
with sorted keys, no spaces and all but ASCII escaped. POSITION DIGEST: what was written down elsewhere (the monthly mail, the published
numbers); only this shows a log that was cut off at its end or calculated anew as a whole.
"""

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

BEGIN = "0" * 64


def digest_of(previous: str, event: Mapping[str, Any]) -> str:
    """The digest of an event that follows `previous`."""
    text = json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(f"{previous}\n{text}".encode("ascii")).hexdigest()


def faults(lines: Iterable[Mapping[str, Any]], kept: Mapping[int, str], position: int = 0, digest: str = BEGIN) -> Iterator[str]:
    """What is wrong, a sentence each, with the position and the event. Nothing: the log is whole, from `position` (with its `digest`) on."""
    for line in lines:
        event = line["event"]
        if line["position"] is None:
            yield f"記録 {event['id']}：封がありません。あとから入れられたか、封が消されています。"
            continue
        if line["position"] != position + 1:
            yield f"位置 {position + 1}：記録が抜けています（次は位置 {line['position']}）。"
        position = line["position"]
        if event is None:
            yield f"位置 {position}：記録が消されています。"
        elif digest_of(digest, event) != line["digest"]:
            yield f"位置 {position}、記録 {event['id']}：内容または順番が、書かれたときと違います。"
        digest = line["digest"]
        if kept.get(position, digest) != digest:
            yield f"位置 {position}：控えの値と違います。記録の全体が計算し直されています。"
    for missing in sorted(place for place in kept if place > position):
        yield f"位置 {missing}：控えにある記録がありません。末尾が切り取られています（最後は位置 {position}）。"


def main(arguments: list[str]) -> int:
    """Print the faults of a file. 0: none; 1: some; 2: the call is wrong."""
    if len(arguments) % 2 != 1:
        sys.stderr.write(__doc__ or "")
        return 2
    kept = {int(place): digest for place, digest in zip(arguments[1::2], arguments[2::2], strict=True)}
    with open(arguments[0], encoding="ascii") as file:
        found = list(faults(map(json.loads, file), kept))
    sys.stdout.writelines(f"{line}\n" for line in found or ["問題は見つかりませんでした。"])
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
