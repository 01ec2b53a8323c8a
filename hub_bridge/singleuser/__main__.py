"""Start a student's server. The spawner runs this with ``python -P -m hub_bridge.singleuser``."""

import sys

# Half of a server's start-up time is this module parsing a grammar, for a check of IRIs that nobody needs here. jsonschema
# does without it when it cannot be imported.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]

from jupyterhub.singleuser import main  # noqa: E402 - after the line above

main()
