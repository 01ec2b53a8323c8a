import json
def hand_in(folder, notebook):
    (folder / "n.ipynb").mkdir()
    (folder / "n.ipynb" / "n.json").write_text(json.dumps(notebook))
