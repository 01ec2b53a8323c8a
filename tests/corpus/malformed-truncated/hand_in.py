import json
def hand_in(folder, notebook): (folder / "n.ipynb").write_text(json.dumps(notebook)[:-200])
