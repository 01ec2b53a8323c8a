import json
def hand_in(folder, notebook):
    notebook["metadata"]["score"] = float("nan")
    (folder / "n.ipynb").write_bytes(b"\xef\xbb\xbf" + json.dumps(notebook).replace("HERE", "\\ud800 \\udc00\\ud83d").encode())
