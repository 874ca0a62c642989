"""The encoder and the span model: where they are, how they are exported, and how they run.

What runs them, onnxruntime, tells its maker about it unless this is set before it is imported; until then it
also keeps a number of this machine in the cache folder.
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
