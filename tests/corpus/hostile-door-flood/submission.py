# %% answer square
import sys, socket, struct, json, array, os
agent = sys.modules["homeroom_split.agent"]
import glob
for n in range(10):
    s = socket.socket(socket.AF_UNIX)
    s.setblocking(False)
    try: s.connect(glob.glob("/tmp/hr-*/n*/s/t")[0])
    except (OSError, IndexError) as e: pass
    globals()[f"s{n}"] = s
