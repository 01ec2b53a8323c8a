import json
def hand_in(folder, notebook): (folder / "n.ipynb").write_bytes(json.dumps(notebook).encode() + b" " * (21 << 20))
