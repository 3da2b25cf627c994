"""A reward of one's own: reads a line of JSON for each completion, and answers with a line of JSON that repeats its id.

1 where the last line of the completion is the reference. What a model wrote is data here: compared, and never evaluated.
"""

import json
import sys

for line in sys.stdin:
    request = json.loads(line)
    lines = request["completion"].strip().splitlines()
    right = bool(lines) and lines[-1].strip() == request["reference"].strip()
    answer = {"id": request["id"], "score": float(right), "parts": {"lines": len(lines)}}
    print(json.dumps(answer), flush=True)
